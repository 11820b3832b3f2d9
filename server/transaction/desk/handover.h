/* transaction/desk/handover.h - from the desk to the person's own phone: a code that opens a session there.
 *
 *     proofing completed -> code shown as QR -> the phone sends it, once, within ten minutes -> session, just proofed
 *
 * 128 bits that nobody guesses, kept as a digest. A code that is wrong, used, raced or too late is told alike.
 */
#pragma once

#include "http/cookie.h"
#include "person/proofing_record.h"
#include "transaction/session/session.h"

extern const struct table desk_handover_table; /* SHA-256 of the code (32) -> account (16), proofing record (16) */

#define DESK_CODE_TEXT 27 /* base32, lower case, and NUL */
#define DESK_CODE_FOR SECONDS(600)
struct desk_code {
	char text[DESK_CODE_TEXT];
	struct instant until;
};
/* Into the unit of the proofing. */
struct desk_code desk_handover_put(struct unit *, const struct id *account, const struct id *record,
    struct instant now);

struct desk_take {
	struct span code;
	const struct cookie_secret *cookie; /* of the session that begins */
	struct span where;               /* session_where() */
	struct instant now;
};
/* The account whose session it is. ERR_NOT_FOUND: no code that waits. */
typedef void on_desk_taken(void *arg, enum err, const struct account *, const struct problem *why);
struct pending *desk_handover_take(struct store *, struct arena *, const struct session_settings *,
    const struct desk_take *, on_desk_taken *, void *arg);
