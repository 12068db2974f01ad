// The instant that the cursor is on: the event, and the world once it has happened.
import { KIND } from "./data.js";
import * as state from "./state.js";
import { clockText, dateText, durationText } from "./words.js";

const ITEMS_SHOWN = 60;

function Json({ title, value }) {
  return (
    <details open>
      <summary>{title}</summary>
      <pre tabIndex={0}>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

function EventLink({ run, event }) {
  const { head, about, tail, tone } = state.said.value.of(run, event, 0);
  return <button class={`link ${tone}`} onClick={() => state.goTo(run.index, event)}>{[head, about, tail].filter((text) => text).join(" ")}</button>;
}

function Fact({ name, children }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function effectTimes(run, event) {
  const at = (time) => (time < 0 ? "never" : clockText(run, time));
  const took = run.resumed[event] >= 0 ? ` (${durationText(run.resumed[event] - run.at[event])})` : "";
  return `asked ${at(run.at[event])}, happened ${at(run.applied[event])}, seen ${at(run.resumed[event])}${took}`;
}

function Event({ run, event }) {
  const said = state.said.value;
  const isEffect = run.kind[event] === KIND.EFFECT;
  const { head, about, tail, tone } = said.of(run, event, 0);
  const caused = [];
  for (let i = event + 1; i < run.count && caused.length < ITEMS_SHOWN; i++) if (run.cause[i] === event) caused.push(i);
  const place = said.string(run.place[event]);
  return (
    <section class="event" aria-live="polite">
      <h2 class={tone}>{head}</h2>
      {about !== "" && <p class="about">{about}</p>}
      {tail !== "" && <p class={`tail ${tone}`}>{tail}</p>}
      <dl class="facts">
        <Fact name="when">{dateText(run, run.at[event])} {clockText(run, run.at[event])}, {durationText(run.at[event])} in</Fact>
        {run.task[event] >= 0 && <Fact name="task">{said.taskOf(run, event)}</Fact>}
        {isEffect && <Fact name="call">{effectTimes(run, event)}</Fact>}
        {run.fault[event] > 0 && <Fact name="fault">⚡ {state.report.value.faults[run.fault[event]]}</Fact>}
        {place !== null && <Fact name="code"><code>{place}</code></Fact>}
        {run.cause[event] >= 0 && <Fact name="because of"><EventLink run={run} event={run.cause[event]} /></Fact>}
        {caused.length > 0 && <Fact name="did">{caused.map((one) => <EventLink key={one} run={run} event={one} />)}</Fact>}
        <Fact name="event">{event} of {run.count.toLocaleString("en")} on {run.release}</Fact>
      </dl>
      {run.args[event] > 0 && <Json title="request" value={said.value(run.args[event])} />}
      {run.error[event] > 0 && <Json title="error" value={said.value(run.error[event])} />}
      {isEffect && run.result[event] > 0 && <Json title="answer" value={said.value(run.result[event])} />}
    </section>
  );
}

const SIGNS = { added: "+", removed: "−", changed: "~", "": "" };

function Item({ item }) {
  const text = item.change === "changed" && item.was !== item.text ? `${item.was || "there"} → ${item.text || "there"}` : item.text;
  return (
    <li class={item.change}>
      <span class="sign" aria-hidden="true">{SIGNS[item.change]}</span>
      <span>
        {item.change === "removed" ? <del>{item.name}</del> : item.name}
        {text && <span class="state" data-state={item.text}>{item.change === "removed" ? `was ${item.text}` : text}</span>}
      </span>
    </li>
  );
}

function Items({ items }) {
  const changed = items.filter((item) => item.change !== "");
  const shown = items.length <= ITEMS_SHOWN ? items : [...changed, ...items.filter((item) => item.change === "")].slice(0, ITEMS_SHOWN);
  return (
    <ul>
      {shown.map((item) => <Item key={item.name + item.change} item={item} />)}
      {items.length > shown.length && <li class="quiet"><span /><span>and {items.length - shown.length} more</span></li>}
    </ul>
  );
}

function Section({ title, main, items }) {
  const touched = items.some((item) => item.change !== "");
  const heading = <h3>{title} <span class="count">{items.filter((item) => item.change !== "removed").length}</span></h3>;
  if (main || touched)
    return <div class={touched ? "section touched" : "section"}>{heading}{items.length > 0 && <Items items={items} />}</div>;
  return <details class="section"><summary>{heading}</summary><Items items={items} /></details>;
}

function World({ index }) {
  const run = state.view.value.runs[index];
  const at = state.standing(index);
  if (run.first_world === null) return <p class="quiet">This run did not record its world.</p>;
  return (
    <div class={at.here ? "world" : "world waits"} aria-label={`World on ${run.release}`}>
      {state.view.value.runs.length === 2 && <h3 class="release">{run.release}</h3>}
      {state.worldHere(index).map((section) => <Section key={section.section} {...section} />)}
    </div>
  );
}

export function Instant() {
  const run = state.run.value;
  const { runs } = state.view.value;
  if (run.count === 0) return <p class="quiet">This run's events were not kept.</p>;
  return (
    <>
      <Event run={run} event={run.eventOf[state.moment.value]} />
      <h2>The world then</h2>
      <div class={runs.length === 2 ? "worlds two" : "worlds"}>{runs.map((one, index) => <World key={one.index} index={index} />)}</div>
    </>
  );
}
