// A panel, or all of a dashboard, tested on many tenants: what each answers comes in as a line of JSON, and is shown as it
// comes, what is wrong first.

const form = document.getElementById("test");
const body = document.getElementById("found");
const line = document.getElementById("line").content.firstElementChild;
const heading = document.getElementById("found-heading");
const progress = document.getElementById("progress");
const problem = document.getElementById("problem");
const filter = document.getElementById("filter");
const outcome = document.getElementById("outcome");
const stop = form.querySelector("[data-action='stop']");
const asking = [...form.querySelectorAll("[name='what']")];

const options = [...outcome.options].filter((option) => option.value);
const order = options.map((option) => option.value);
const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

const isBoard = body.closest("table").hasAttribute("data-panels");

let found = [];
let running = null;

const written = {
  outcome: (one) => options[order.indexOf(one.outcome)].dataset.words,
  rows: (one) => (one.rows === null ? "" : number.format(one.rows) + (one.is_truncated ? "+" : "")),
  ms: (one) => (one.ms === null ? "" : `${number.format(one.ms)} ms`),
  cost: (one) => (one.cost === null ? "" : number.format(one.cost)),
};

const drawn = (one) => {
  const row = line.cloneNode(true);
  for (const field of row.querySelectorAll("[data-field]")) {
    const name = field.dataset.field;
    field.textContent = written[name] ? written[name](one) : one[name];
  }
  row.querySelector("[data-field='outcome']").dataset.tone = options[order.indexOf(one.outcome)].dataset.tone;
  return row;
};

const names = new Intl.Collator();

const before = (one, other) =>
  order.indexOf(one.outcome) - order.indexOf(other.outcome) || names.compare(one.name, other.name) || names.compare(one.panel, other.panel);

const isWanted = (one) => {
  const text = filter.value.trim().toLowerCase();
  const said = `${one.name} ${one.tenant_id} ${one.panel} ${one.panel_id} ${one.error} ${one.detail}`.toLowerCase();
  return (!outcome.value || one.outcome === outcome.value) && said.includes(text);
};

const choose = () => {
  for (const { one, row } of found) row.hidden = !isWanted(one);
};

// Rows that stand there stay: each new one is put before the first that comes after it.
const place = (fresh) => {
  const merged = [];
  let next = 0;
  for (const each of fresh.sort((one, other) => before(one.one, other.one))) {
    while (next < found.length && before(found[next].one, each.one) <= 0) merged.push(found[next++]);
    each.row.hidden = !isWanted(each.one);
    body.insertBefore(each.row, found[next]?.row ?? null);
    merged.push(each);
  }
  found = [...merged, ...found.slice(next)];
};

const showWhether = () => {
  document.getElementById("nothing").hidden = found.length > 0;
  document.querySelector(".test-filters").hidden = found.length === 0;
};

// Of many lines how many there are of each outcome, as the server writes it.
const totals = () => {
  const counts = options.map((option) => [found.filter(({ one }) => one.outcome === option.value).length, option.dataset.words]);
  return counts.reverse().flatMap(([times, words]) => (times ? [`${words} ${number.format(times)}`] : [])).join(" · ");
};

const count = () => {
  const runs = found.filter(({ one }) => one.outcome === "runs" || one.outcome === "empty").length;
  const all = number.format(found.length);
  heading.textContent = isBoard ? `${number.format(runs)} of ${all} run` : `Runs on ${runs} of ${all} tenant${found.length === 1 ? "" : "s"}`;
  if (isBoard) progress.textContent = totals();
};

const add = (lines) => {
  if (!lines.length) return;
  place(lines.map((one) => ({ one, row: drawn(one) })));
  count();
  showWhether();
};

// The lines that are whole by now; what is left begins the next one.
async function* linesOf(stream) {
  let rest = "";
  for await (const text of texts(stream.pipeThrough(new TextDecoderStream()))) {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    yield parts.filter(Boolean).map((part) => JSON.parse(part));
  }
}

async function* texts(stream) {
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

const run = async (what) => {
  const sent = new FormData(form);
  sent.set("what", what);
  running = new AbortController();
  begin();
  try {
    const answer = await fetch(form.dataset.run, { method: "POST", body: sent, signal: running.signal, credentials: "same-origin" });
    if (!answer.ok) return refuse(answer.status < 500 ? await answer.text() : "");
    for await (const lines of linesOf(answer.body)) add(lines);
    end(`Through, after ${seconds()} s.`);
  } catch (error) {
    if (error.name === "AbortError") end("Stopped.");
    else refuse("");
  } finally {
    running = null;
    busy(false);
  }
};

let since = 0;
const seconds = () => ((performance.now() - since) / 1000).toFixed(1);

const begin = () => {
  since = performance.now();
  found = [];
  body.replaceChildren();
  problem.hidden = true;
  heading.textContent = "Testing …";
  progress.textContent = "";
  showWhether();
  busy(true);
};

const busy = (is) => {
  for (const button of asking) button.disabled = is;
  stop.hidden = !is;
  body.closest("table").setAttribute("aria-busy", String(is));
  if (is) stop.focus();
};

const end = (words) => {
  if (!found.length) heading.textContent = "Nothing tested";
  progress.textContent = isBoard && found.length ? `${totals()}. ${words}` : words;
  document.getElementById("announcer").textContent = `${heading.textContent}. ${words}`;
};

const refuse = (sentence) => {
  problem.textContent = sentence && sentence.length < 1_000 && !sentence.includes("<html") ? sentence : "The test broke off. Please try again.";
  problem.hidden = false;
  end("");
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running) run(event.submitter?.value ?? "sample");
});
stop.addEventListener("click", () => running?.abort());
filter.addEventListener("input", choose);
outcome.addEventListener("change", choose);
window.addEventListener("pagehide", () => running?.abort());
