/* authn/attestation_compound.c - the format "compound" (WebAuthn L3 s8.9): several statements of one authenticator.
 *
 *     [ {fmt, attStmt}, {fmt, attStmt}, … ] -> each examined over the same data -> the weakest
 */
#include "authn/attestation_format.h"

#include "codec/cbor.h"

#define CLAUSE "WebAuthn L3 s8.9"

struct part {
	struct span format, statement;
};

/* At least two; none is compound itself, for the table of formats has none of that name. */
static enum err
parts_read(struct span array, struct part parts[ATTESTATION_STATEMENTS], size_t *count, struct problem *why)
{
	struct concise r;

	*count = 0;
	concise_begin(&r, array);
	for (concise_array(&r); concise_element(&r); ++*count) {
		struct part part = { 0 };

		for (concise_map(&r); concise_member(&r);) {
			struct span name = concise_text(&r);

			if (span_is(name, "fmt"))
				part.format = concise_text(&r);
			else if (span_is(name, "attStmt"))
				part.statement = concise_raw(&r);
		}
		if (!part.format.size || !part.statement.size)
			concise_fail(&r, "fmt and attStmt", "a statement without them");
		if (*count == ATTESTATION_STATEMENTS)
			return problem_set(why, ERR_LIMIT, CLAUSE, "expected at most %d statements",
			    ATTESTATION_STATEMENTS);
		parts[*count] = part;
	}
	if (concise_end(&r, why) != OK)
		return why->code;
	return *count >= 2 ? OK : problem_set(why, ERR_INVALID, CLAUSE, "expected two statements or more");
}

bool
attesting_compound(struct attesting *at)
{
	struct attestation *out = at->out, weakest = { 0 };
	struct part parts[ATTESTATION_STATEMENTS];
	struct problem why = { 0 };
	size_t count;
	bool good = parts_read(at->said->statement, parts, &count, &why) == OK;

	if (!attesting_note(at, "attestation-statements", good, CLAUSE, why.text))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct attestation found = { .aaguid = out->aaguid };

		at->out = &found;
		good = attesting_statement(at, parts[i].format, parts[i].statement);
		at->out = out;
		if (!good)
			return false;
		if (i == 0 || found.type < weakest.type)
			weakest = found;
	}
	*out = weakest;
	return true;
}
