// tests/bench/decide_peer.mjs - json-logic-engine beside Watashi: the same policy, the same inputs, JSON text in and out.
//
//     decide_peer.mjs DIRECTORY answers           a line for each input: levels reached, criteria that failed, permit
//     decide_peer.mjs DIRECTORY measure SECONDS   "DECISIONS CPU-SECONDS"
//
// The rules are compiled once, as its authors advise for speed; every criterion is evaluated, as ours are.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const { LogicEngine } = require("json-logic-engine");

const [directory, what, seconds] = process.argv.slice(2);
const { areas, required, criteria } = JSON.parse(readFileSync(`${directory}/rules.json`, "utf8"));
const inputs = readFileSync(`${directory}/inputs.jsonl`, "utf8").trim().split("\n");
const engine = new LogicEngine();
const rules = criteria.map((c) => ({ id: c.id, area: areas.indexOf(c.area), level: c.level, holds: engine.build(c.rule) }));
const highest = Math.max(...criteria.map((c) => c.level));

function decide(text) {
	const facts = JSON.parse(text).facts;
	const reached = new Array(areas.length).fill(highest);
	const failed = [];

	for (const rule of rules) {
		if (rule.holds(facts)) continue;
		failed.push(rule.id);
		if (reached[rule.area] >= rule.level) reached[rule.area] = rule.level - 1;
	}
	const levels = {};
	let permit = true;
	for (let i = 0; i < areas.length; i++) {
		levels[areas[i]] = String(reached[i]);
		if (reached[i] < required) permit = false;
	}
	return JSON.stringify({ permit, levels, failed });
}

function cpu() {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
}

if (what === "answers") {
	for (const text of inputs) console.log(decide(text));
} else {
	let decisions = 0, kept = 0;
	// Long enough for the compiler to have done its work.
	for (let i = 0; i < 40000; i++) kept += decide(inputs[i % inputs.length]).length;
	const began = cpu();
	let now = began;
	while (now - began < Number(seconds)) {
		for (let i = 0; i < 1024; i++) kept += decide(inputs[i % inputs.length]).length;
		decisions += 1024;
		now = cpu();
	}
	if (!kept) throw new Error("nothing was answered");
	console.log(decisions, (now - began).toFixed(6));
}
