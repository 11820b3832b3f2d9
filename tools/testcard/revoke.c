/* tools/testcard/revoke.c - the command that revokes a card's certificates. */
#include <stdio.h>

#include "testcard/command.h"
#include "testcard/draft.h"
#include "testcard/index.h"

#define ARENA (256 * MIB)

struct revocation {
	const char *directory, *card, *reason;
	struct instant at;
	bool release;            /* from certificateHold */
	unsigned found;
};

static const char *
serial_of(struct arena *a, const char *path)
{
	struct span der, whole, tbs, skipped, serial;
	char text[64] = "";

	if (file_take(a, path, MIB, &der, NULL) != OK || !der_enter(&der, DER_SEQUENCE, &whole) ||
	    !der_enter(&whole, DER_SEQUENCE, &tbs) || !der_enter(&tbs, DER_CONTEXT_0, &skipped) ||
	    !der_enter(&tbs, DER_INTEGER, &serial) || serial.size > sizeof(text) / 2 - 1)
		return NULL;
	for (size_t i = 0; i < serial.size; i++)
		snprintf(text + 2 * i, 3, "%02X", serial.data[i]);
	return arena_print(a, "%s", text);
}

static enum err
generation_revoke(struct arena *a, struct revocation *r, enum purpose purpose, unsigned generation, const char *serial,
    struct problem *why)
{
	const char *folder = arena_print(a, "%s/%s/%u", r->directory, purpose_shapes[purpose].folder, generation);
	struct issued *rows;
	bool found = false;
	size_t count;
	enum err err = issued_read(a, folder, &rows, &count, why);

	for (size_t i = 0; err == OK && i < count; i++) {
		if (strcmp(rows[i].serial, serial) != 0)
			continue;
		found = true;
		if (r->release &&
		    (!rows[i].revoked || reason_number(rows[i].reason) != REASON_HOLD))
			return problem_set(why, ERR_INVALID, "RFC 5280 s5.3.1", "%s: only what is on hold is released",
			    serial);
		rows[i].revoked = !r->release;
		rows[i].revoked_at = r->at;
		rows[i].reason = r->release ? "removeFromCRL" : r->reason;
	}
	if (!found)
		return err;
	r->found++;
	return issued_write(a, folder, rows, count, why);
}

static enum err
card_revoke(struct arena *a, struct revocation *r, enum purpose purpose, struct problem *why)
{
	const char *serial = serial_of(a, arena_print(a, "%s/%s.cer", r->card, purpose_shapes[purpose].folder));
	unsigned newest = world_generation(a, r->directory, purpose);
	enum err err = OK;

	for (unsigned g = 1; serial && g <= newest && err == OK; g++)
		err = generation_revoke(a, r, purpose, g, serial, why);
	return err;
}

enum ending
revoke_command(int argc, char **argv)
{
	const char *purpose = NULL, *at = NULL, *operands[2];
	struct revocation r = { 0 };
	const struct option_row options[] = {
		{ "purpose", "WORD", "only its signature, or its authentication certificate", &purpose, NULL, NULL },
		{ "reason", "WORD",
		    "superseded, affiliationChanged, cessationOfOperation, keyCompromise, certificateHold, …",
		    &r.reason, NULL, NULL },
		{ "at", "TIME", "when; now", &at, NULL, NULL },
		{ "release", NULL, "from certificateHold: it counts again", NULL, &r.release, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "revoke DIRECTORY CARD [OPTION …]",
		"Revokes the certificates of the card in the folder CARD. Lists made from now on have them; a "
		"responder knows at "
		"once.",
		options, 2, 2 };
	struct arena a = arena_init(ARENA);
	enum ending ending = DONE_WELL;
	struct problem why;

	if (!options_read(PROGRAM, &usage, argc, argv, operands, &ending))
		goto out;
	r.directory = operands[0];
	r.card = operands[1];
	if (r.reason && (reason_number(r.reason) < 0 || reason_number(r.reason) > REASON_HOLD)) {
		ending = misuse(PROGRAM, "--reason: \"%s\" is none; see watashi-testcard revoke --help", r.reason);
		goto out;
	}
	if (purpose && purpose_read(purpose) == PURPOSES) {
		ending = misuse(PROGRAM, "--purpose: expected signature or authentication, found \"%s\"", purpose);
		goto out;
	}
	if (option_time("at", at, &r.at, &why) != OK) {
		ending = failed(&why);
		goto out;
	}
	for (enum purpose p = SIGNATURE; p < PURPOSES && ending == DONE_WELL; p++)
		if ((!purpose || purpose_read(purpose) == p) && card_revoke(&a, &r, p, &why) != OK)
			ending = failed(&why);
	if (ending == DONE_WELL && !r.found) {
		problem_set(&why, ERR_NOT_FOUND, "", "%s: no certificate in it was issued in %s", r.card, r.directory);
		ending = failed(&why);
	}
out:
	arena_release(&a);
	return ending;
}
