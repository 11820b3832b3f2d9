/* registry/journal.h - the entries of the journal: who changed what, when. Each is a JSON object whose members stand in
 * alphabetical order; `event` says which it is. All are written here, so that one fact has one shape.
 */
#pragma once

#include "registry/import.h"
#include "signer/rollover.h"

/* `metadata.imported`: `import->now` is set. */
void journal_imported(struct unit *, const struct import *, const struct import_report *);

/* What became of a source. `document` is the SHA-256 of the bytes that were looked at; NULL: there were none. */
struct source_news {
	const char *event;      /* "source.refreshed", "source.refused", "source.removed" */
	const char *source;
	uint32_t added, changed, removed, refused;
	const uint8_t *document;
	const char *problem;    /* why it was refused, one sentence; NULL: it was not */
};
void journal_source(struct unit *, const char *actor, struct instant now, const struct source_news *);

/* An entry of a member's history (standing.h), as it stands there. */
void journal_member(struct unit *, struct span entry);

/* `key.changed`: the life is what the key has become; `forced` when waiting times were skipped. */
void journal_key_changed(struct unit *, const char *actor, struct instant now, const struct key_life *, bool forced);

/* `caller.changed`: what became of a machine caller. Nothing of its secrets: a key is told by its fingerprint. */
struct caller_news {
	const char *step;            /* "create", "add-key", "remove-key", "revoke" */
	struct span approvers;       /* one a line, where it took several; the actor is the last */
	struct span caller, member;
	const char *const *rights;   /* words, in alphabetical order */
	size_t right_count;
	struct instant expires;      /* {0}: never */
	const uint8_t *fingerprint;  /* SHA-256 of the key that came or went; NULL: none did */
};
void journal_caller(struct unit *, const char *actor, struct instant now, const struct caller_news *);

/* "proofing.ended", "proofing.erased", "proofing.resumed": proofing by the card came to its end, what had been received
 * for it is gone, it was taken up again. */
struct proofing_news {
	const char *event;
	struct span actor;           /* who ended it, or the last who wanted it resumed */
	struct span approvers;       /* one a line, where it took several */
	struct span reason;
};
void journal_proofing(struct unit *, const struct proofing_news *, struct instant now);

/* `staff.changed`: an account became a registrar's, or is none any more. */
struct staff_news {
	struct span actor;           /* the last operator who wanted it */
	struct span approvers;       /* one a line, where it took several */
	struct span account;         /* its number */
	struct span role;
	const char *step;            /* "granted", "withdrawn" */
};
void journal_staff(struct unit *, const struct staff_news *, struct instant now);
