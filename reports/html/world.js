// The world at any instant: the world at the start with the changes up to there folded over it. A copy is kept every so
// many changes, so that no instant is far from one.
import { KIND } from "./data.js";

const CHECKPOINT_EVERY = 256;
const LOCAL_ROWS = "localzelapps.zelappsinformation";
const TAG = "\u0001"; // between a section and a name
const OVER = " over "; // between what is mounted on a folder and what it hides

/** Sections in the order of a reader's interest; those of MAIN are open. */
const MAIN = 6;
const SECTIONS = [
  ["flags", "Flags"],
  ["containers", "Containers"],
  [`rows ${LOCAL_ROWS}`, "Local rows"],
  ["networks", "Networks"],
  ["volumes", "Volumes"],
  ["mounts", "Mounts"],
  ["folders", "Synced folders"],
  ["images", "Images"],
  ["crontab", "Crontab"],
];

function put(state, section, name, text) {
  const key = section + TAG + name;
  state.set(key, text);
  return key;
}

/** What is mounted on a folder hides what was there before. */
function mount(state, folder, volume) {
  const under = state.get(`mounts${TAG}${folder}`);
  return put(state, "mounts", folder, under === undefined ? volume ?? "" : (volume ?? "") + OVER + under);
}

/** The state of a run's start: a map from section and name to what there is to say of it. */
function start(world) {
  const state = new Map();
  if (world === null) return state;
  for (const name of world.flags) put(state, "flags", name, "set");
  for (const one of world.containers) put(state, "containers", one.name, one.disconnected ? `${one.state}, disconnected` : one.state);
  for (const one of world.networks) put(state, "networks", one.name, one.subnet ?? "");
  for (const name of world.images) put(state, "images", name, "");
  for (const one of world.volumes) put(state, "volumes", one.path, !one.formatted ? "not formatted" : one.data ? "holds data" : "empty");
  for (const one of world.mounts) mount(state, one.folder, one.volume);
  for (const one of world.folders) put(state, "folders", one.id, one.type);
  for (const line of world.crontab) put(state, "crontab", line, "");
  for (const [collection, names] of Object.entries(world.rows))
    for (const name of names) countRow(state, collection, name, 1);
  return state;
}

/** Rows of one name are one line: how many there are. */
function countRow(state, collection, name, more) {
  const key = `rows ${collection}${TAG}${name ?? "(without a name)"}`;
  const had = state.has(key) ? Number(state.get(key).slice(1)) || 1 : 0;
  if (had + more > 0) state.set(key, had + more === 1 ? "" : `×${had + more}`);
  else state.delete(key);
  return key;
}

const SETS = {
  "container created": ["containers", "created"],
  "container started": ["containers", "running"],
  "container stopped": ["containers", "exited"],
  "image pulled": ["images", ""],
  "volume created": ["volumes", "not formatted"],
  "volume formatted": ["volumes", "empty"],
  "data written": ["volumes", "holds data"],
  "data lost": ["volumes", "its data is lost"],
  "flag set": ["flags", "set"],
};
const REMOVES = {
  "container removed": "containers",
  "network removed": "networks",
  "image removed": "images",
  "volume removed": "volumes",
  "folder removed": "folders",
  "flag cleared": "flags",
};
const ROWS = { "row inserted": 1, "row updated": 0, "row removed": -1 };

const OTHERS = {
  "network created": (state, name, subnet) => put(state, "networks", name, subnet ?? ""),
  "folder changed": (state, id, type) => put(state, "folders", id, type ?? ""),
  mounted: mount,
  unmounted: (state, folder) => {
    const under = state.get(`mounts${TAG}${folder}`)?.split(OVER).slice(1) ?? [];
    if (under.length > 0) put(state, "mounts", folder, under.join(OVER));
    else state.delete(`mounts${TAG}${folder}`);
    return `mounts${TAG}${folder}`;
  },
  "crontab saved": (state, _, table) => {
    for (const key of [...state.keys()]) if (key.startsWith(`crontab${TAG}`)) state.delete(key);
    for (const line of (table ?? "").split("\n")) if (line !== "") put(state, "crontab", line, "");
    return null; // what came and went shows by itself
  },
};

/** Changes the state; the key of what changed, or null. */
function apply(state, change, object, detail) {
  if (change in SETS) {
    const [section, text] = SETS[change];
    return put(state, section, object, text);
  }
  if (change in REMOVES) {
    state.delete(REMOVES[change] + TAG + object);
    return REMOVES[change] + TAG + object;
  }
  if (change in ROWS) return countRow(state, object, detail, ROWS[change]);
  return change in OTHERS ? OTHERS[change](state, object, detail) : null;
}

function changesOf(run) {
  const moments = [];
  for (let moment = 0; moment < run.momentCount; moment++)
    if (run.kind[run.eventOf[moment]] === KIND.CHANGE) moments.push(moment);
  return moments;
}

/** A world on its own, without a run: its sections. */
export function sectionsOf(world) {
  const state = start(world);
  return sections(state, state, new Set());
}

/** How to look at a run's world. `strings`: the report's. */
export function worldOf(run, strings) {
  const changes = changesOf(run);
  const text = (place) => (place === 0 ? null : strings[place - 1]);
  const checkpoints = [start(run.first_world)];
  const step = (state, index) => {
    const event = run.eventOf[changes[index]];
    return apply(state, text(run.text[event]), text(run.object[event]), text(run.detail[event]));
  };
  const before = (moment) => {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (changes[middle] <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const stateAfter = (count) => {
    const wanted = Math.floor(count / CHECKPOINT_EVERY);
    while (checkpoints.length <= wanted) {
      const state = new Map(checkpoints.at(-1));
      const from = (checkpoints.length - 1) * CHECKPOINT_EVERY;
      for (let i = from; i < from + CHECKPOINT_EVERY; i++) step(state, i);
      checkpoints.push(state);
    }
    const state = new Map(checkpoints[wanted]);
    for (let i = wanted * CHECKPOINT_EVERY; i < count; i++) step(state, i);
    return state;
  };
  return {
    /** The world once all up to and with `until` has happened, and what of it happened after `since`:
     * [{section, title, main, items: [{name, text, was, change}]}], change: "added", "removed", "changed" or "". */
    at(since, until) {
      const earlier = stateAfter(before(since));
      const state = new Map(earlier);
      const touched = new Set();
      for (let i = before(since); i < before(until); i++) {
        const key = step(state, i);
        if (key !== null) touched.add(key);
      }
      return sections(earlier, state, touched);
    },
  };
}

function sections(earlier, state, touched) {
  const bySection = new Map(SECTIONS.map(([section, title], i) => [section, { section, title, main: i < MAIN, items: [] }]));
  const add = (key, text, was, change) => {
    const [section, name] = key.split(TAG);
    if (!bySection.has(section)) bySection.set(section, { section, title: `Rows of ${section.slice(5)}`, main: false, items: [] });
    bySection.get(section).items.push({ name, text, was, change });
  };
  for (const [key, text] of earlier) {
    if (!state.has(key)) add(key, text, text, "removed");
    else add(key, state.get(key), text, touched.has(key) ? "changed" : "");
  }
  for (const [key, text] of state) if (!earlier.has(key)) add(key, text, null, "added");
  return [...bySection.values()];
}
