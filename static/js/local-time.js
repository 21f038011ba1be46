// Every <time datetime> is shown in the reader's own time zone; hovering tells the time in UTC.
// Server text stays as it is where the date cannot be read. data-time="date" shows the day only.

// The page's language in the reader's own variety of it, so that "4 May" and "May 4" both find their readers.
const PAGE = document.documentElement.lang || "en";
const LOCALE = navigator.languages.find((each) => each.split("-")[0] === PAGE.split("-")[0]) ?? PAGE;
const DAY = { dateStyle: "medium" };
const MOMENT = { dateStyle: "medium", timeStyle: "short" };

function localise(element) {
  const moment = new Date(element.dateTime);
  // A date without a time names a day, not a moment: moving it to another zone could change the day.
  if (Number.isNaN(moment.getTime()) || !element.dateTime.includes(":")) return;
  const options = element.dataset.time === "date" ? DAY : MOMENT;
  element.title = `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  element.textContent = moment.toLocaleString(LOCALE, options);
}

function enhance(root) {
  if (root.matches?.("time[datetime]")) localise(root);
  root.querySelectorAll("time[datetime]").forEach(localise);
}

document.addEventListener("htmx:load", (event) => enhance(event.target));
enhance(document);
