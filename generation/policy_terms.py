"""The terms of the first prompt check, by category of the content policy. Data only; see generation.policy.

Terms are matched as whole words after normalisation. Only terms whose sole meaning in a picture prompt would
break the policy stand here: no words for groups of people (a list with them refuses every sentence about
these people), no names, nothing whose usual meaning is harmless ("shot", "strip", "kill the lights").
"""

from collections.abc import Mapping
from typing import Final

TERMS: Final[Mapping[str, tuple[str, ...]]] = {
    "sexual_minors": (
        "child porn", "child pornography", "childporn", "csam", "lolicon", "shotacon", "loli", "shota",
        "underage sex", "underage nude", "nude child", "naked child", "nude children", "naked children",
        "nude minor", "naked minor", "nude teen", "naked teen", "sexy child", "sexy teen", "sexualized child",
        "preteen nude", "jailbait", "toddlercon",
    ),
    "sexual": (
        "porn", "porno", "pornographic", "pornography", "hentai", "xxx", "nude", "nudes", "nudity", "naked",
        "topless", "bottomless", "genitals", "genitalia", "penis", "vagina", "vulva", "erection", "blowjob",
        "handjob", "cumshot", "creampie", "gangbang", "orgy", "masturbation", "masturbating", "orgasm",
        "sex scene", "having sex", "sexual intercourse", "oral sex", "anal sex", "bdsm", "fetish", "milf",
        "nsfw", "erotic", "erotica", "upskirt", "undressed", "deepnude", "nudify",
    ),
    "violence": (
        "beheading", "beheaded", "decapitated", "decapitation", "dismembered", "dismemberment",
        "disembowelled", "disemboweled", "eviscerated", "mutilated", "mutilation", "gore", "gory", "snuff",
        "torture", "tortured", "massacre", "mass shooting", "school shooting", "execution video", "lynching",
        "bloodbath", "slaughtered people", "murder scene", "being murdered", "stabbed to death",
        "shot in the head", "rape", "raped", "raping", "rapist",
    ),
    "self_harm": (
        "suicide", "suicidal", "self harm", "selfharm", "self-harm", "cutting wrists", "slit wrists",
        "slitting wrists", "hanging himself", "hanging herself", "hanging themselves", "pro ana", "thinspo",
        "thinspiration",
    ),
    "hate": (
        "swastika", "nazi", "nazis", "neo nazi", "heil hitler", "sieg heil", "white power", "white supremacy",
        "white supremacist", "ku klux klan", "kkk", "ethnic cleansing", "gas the", "race war", "subhuman",
        "untermensch", "master race", "holocaust denial",
    ),
    "harassment": (
        "revenge porn", "humiliate my", "humiliating my", "to bully", "bullying meme", "to harass", "doxxing",
        "to blackmail", "mocking disabled",
    ),
    "illegal": (
        "cocaine", "heroin", "crystal meth", "methamphetamine", "fentanyl", "meth lab", "pipe bomb",
        "suicide vest", "dirty bomb", "nerve agent", "human trafficking", "counterfeit money", "fake id",
        "fake passport", "forged passport", "isis flag", "terrorist attack",
    ),
    "deception": (
        "deepfake", "deep fake", "fake news photo", "fake photo of", "fake evidence", "fake mugshot",
        "forged document", "fake document", "fake screenshot", "fake invoice", "fake receipt", "fake diploma",
    ),
    "political": (
        "election fraud", "stolen ballots", "ballot stuffing", "campaign poster", "campaign ad",
        "political propaganda", "election propaganda",
        "vote for", "political rally", "presidential candidate", "coup d etat",
    ),
    "public_health": (
        "vaccine causes", "vaccines cause", "anti vax", "antivax", "plandemic", "miracle cure",
        "covid hoax", "bleach cure",
    ),
    "shocking": (
        "feces", "faeces", "excrement", "vomit", "vomiting", "maggots in", "rotting corpse", "corpse",
        "corpses", "dead body", "dead bodies", "cannibalism", "cannibal", "roadkill", "autopsy",
    ),
}  # fmt: skip
