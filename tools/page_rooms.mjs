/**
 * Whether the page's modules keep to their rooms: who may import whom, and no circle.
 * What a comment of JSDoc imports for its types counts like any other import.
 */

import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** `A < B` means that B may import A; rooms of one step may not import one another. */
const ORDER =
  "text < protocol < samples < time, trigger, chart, measurements, spectrum < controls < tools, streams < oscilloscope, shared, admin";
const STEPS = ORDER.split(" < ").map((step) => step.split(", "));
/** Rooms whose modules may not import one another: no tool reaches into another. */
const APART = ["tools"];
/** Modules of a room such as `tools` that say what all of its modules have. */
const SHARED = ["tools/parts.js"];
/** The room that may import what others wrote. */
const VENDOR = { "vendor/echarts/echarts.esm.min.js": "chart" };

const IMPORTED = /(?:\bfrom|\bimport|\bimport\(|\bresolve\()\s*"(\.[^"]+)"/g;

/**
 * @param {Record<string, string>} modules texts by path: "room/name.js"
 * @returns {string[]} a sentence for each import that may not be
 */
export function problemsOf(modules) {
  const imports = Object.fromEntries(Object.entries(modules).map(([path, text]) => [path, importedBy(path, text)]));
  const wrong = Object.entries(imports).flatMap(([path, targets]) =>
    targets.flatMap((target) => problemOf(path, target, modules) ?? []),
  );
  const lost = Object.keys(modules).filter((path) => stepOf(path) < 0);
  return [...lost.map((path) => `${path} stands in none of the rooms.`), ...wrong, ...circles(imports)];
}

function importedBy(path, text) {
  const found = [...text.matchAll(IMPORTED)].map(([, target]) => posix.join(posix.dirname(path), target));
  return [...new Set(found)];
}

function problemOf(path, target, modules) {
  const vendored = target.replace(/^(\.\.\/)*/, "");
  if (vendored.startsWith("vendor/")) {
    return VENDOR[vendored] === roomOf(path) ? null : `${path} may not import ${vendored}.`;
  }
  if (!(target in modules)) return `${path} imports ${target}, which is not there.`;
  const [room, other] = [roomOf(path), roomOf(target)];
  if (room === other) {
    const isApart = APART.includes(room) && !SHARED.includes(target);
    return isApart ? `${path} may not reach into ${target}: each of ${room} stands by itself.` : null;
  }
  return stepOf(target) < stepOf(path) ? null : `${path} may not import ${target}: ${ORDER}.`;
}

/** Each circle once, from its first module on. */
function circles(imports) {
  const found = new Map();
  const follow = (path, way) => {
    if (way.includes(path)) {
      const circle = way.slice(way.indexOf(path));
      found.set([...circle].sort().join(), `A circle of imports: ${[...circle, path].join(" → ")}.`);
    } else if (!done.has(path)) {
      for (const target of imports[path] ?? []) follow(target, [...way, path]);
      done.add(path);
    }
  };
  const done = new Set();
  for (const path of Object.keys(imports)) follow(path, []);
  return [...found.values()];
}

function roomOf(path) {
  return path.split("/")[0];
}

function stepOf(path) {
  return STEPS.findIndex((step) => step.includes(roomOf(path)));
}

/** The page's modules, and those of the admin's pages, by path. */
export function readModules() {
  const root = new URL("../static/waves/", import.meta.url);
  const read = (folder, prefix) =>
    readdirSync(new URL(folder, root), { recursive: true })
      .filter((name) => name.endsWith(".js"))
      .map((name) => [`${prefix}${name}`, readFileSync(new URL(`${folder}${name}`, root), "utf8")]);
  const ofAdmin = read("admin/", "admin/").map(([path, text]) => [path, text.replaceAll('"../js/', '"../')]);
  return Object.fromEntries([...read("js/", ""), ...ofAdmin]);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const problems = problemsOf(readModules());
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? "The page's modules keep to their rooms." : `${problems.length} wrong imports.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
