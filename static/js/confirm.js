// form[data-confirm="Question?"] asks before it is sent; data-confirm-yes names the button that goes on.
// Without this module the form is sent at once, so the server must never rely on the question.

const agreed = new WeakSet();

function build(form, submitter) {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  const actions = document.createElement("form");
  const yes = document.createElement("button");
  const no = document.createElement("button");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", "Please confirm");
  question.textContent = form.dataset.confirm;
  actions.method = "dialog";
  actions.className = "cluster";
  yes.value = "yes";
  yes.className = submitter?.classList.contains("button-danger") ? "button button-danger" : "button button-primary";
  yes.textContent = form.dataset.confirmYes || submitter?.textContent.trim() || "Go on";
  no.className = "button";
  no.textContent = "Cancel";
  no.autofocus = true; // Return pressed in haste must not confirm
  actions.append(yes, no);
  dialog.append(question, actions);
  return dialog;
}

function ask(form, submitter) {
  const dialog = build(form, submitter);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return;
    agreed.add(form);
    form.requestSubmit(submitter);
  });
  dialog.showModal();
}

// In the capture phase, so that htmx does not see the event before the answer.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-confirm]")) return;
    if (agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, event.submitter);
  },
  true,
);
