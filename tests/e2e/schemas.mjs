/* tests/e2e/schemas.mjs - the schemas of policy files as ajv reads them: what each says of the table of good and bad documents
 * that the loader's own test reads, too, and of the frameworks that are shipped.
 *
 *     top_srcdir=DIR [NODE_MODULES=DIR] node schemas.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const top = process.env.top_srcdir ?? resolve(import.meta.dirname, "../..");
const require = createRequire(join(resolve(process.env.NODE_MODULES ?? join(import.meta.dirname, "node_modules")), "x.js"));
let Ajv;

try {
	Ajv = require("ajv/dist/2020").default;
} catch (error) {
	console.log(`skip the schemas as ajv reads them: ${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
	process.exit(0);
}

const read = (...path) => JSON.parse(readFileSync(join(top, ...path), "utf8"));
let failed = 0;

function report(title, found) {
	console.log(found ? `not ok ${title}: ${found}` : `ok ${title}`);
	if (found)
		failed++;
}

/* Strict about keywords it does not know; a property may stand in `required` without being described beside it. */
const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
const names = readdirSync(join(top, "schemas")).filter((name) => name.startsWith("policy-"));

for (const name of names)
	ajv.addSchema(read("schemas", name));

const id = (name) => `https://watashi.example/schemas/${name}`;

for (const name of names) {
	let found = "";

	try {
		ajv.getSchema(id(name));
	} catch (error) {
		found = error.message;
	}
	report(`${name} is a schema of the 2020-12 kind`, found);
}

/* "criteria/token.json" is described by policy-criteria.schema.json. */
function schemaOf(file) {
	const [folder, inner] = file.includes("/") ? file.split("/") : ["", file];
	const word = folder === "" ? inner.replace(/\.json$/, "") : folder === "profiles" ? "profile" : folder;

	return ajv.getSchema(id(`policy-${word}.schema.json`));
}

function errorsOf(file, value) {
	const validate = schemaOf(file);

	return validate(value) ? "" : `${file}: ${ajv.errorsText(validate.errors)}`;
}

function holderOf(value, pointer) {
	const way = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
	const last = way.pop();

	return [way.reduce((at, part) => at[part], value), last];
}

function changed(base, one) {
	const value = structuredClone(base);

	for (const [pointer, put] of Object.entries(one.set ?? {})) {
		const [holder, key] = holderOf(value, pointer);

		holder[key] = put;
	}
	if (one.drop) {
		const [holder, key] = holderOf(value, one.drop);

		if (Array.isArray(holder))
			holder.splice(Number(key), 1);
		else
			delete holder[key];
	}
	return value;
}

const table = read("tests", "assurance", "policy_cases.json");

for (const one of table.cases) {
	const files = { ...table.base };

	if (one.file)
		files[one.file] = changed(files[one.file], one);
	const errors = Object.entries(files).map(([file, value]) => errorsOf(file, value)).filter(Boolean).join("; ");
	const accepts = !one.problem || one.schema === "accepts";

	report(one.title, accepts === !errors ? "" : errors || `accepted, though the loader says: ${one.problem}`);
}

for (const entry of readdirSync(join(top, "policy"), { recursive: true }).sort()) {
	if (!entry.endsWith(".json"))
		continue;
	report(`policy/${entry}`, errorsOf(entry.includes("/") ? entry.split("/").slice(2).join("/") : entry, read("policy", entry)));
}
process.exit(failed ? 1 : 0);
