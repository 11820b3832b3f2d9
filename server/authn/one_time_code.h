/* authn/one_time_code.h - codes of a shared secret: HOTP (RFC 4226) and TOTP (RFC 6238). liboath computes them.
 *
 * A code counts once: the seed keeps the least moving factor that is still taken, and what was taken moves it on.
 * Windows
 * are small; who lost count gives two codes in a row, and a larger one is searched. Guesses are counted by the caller.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

#define CODE_SECRET_LEAST 16    /* RFC 4226 s4, R6 */
#define CODE_SECRET_LARGEST 64
#define CODE_AHEAD_LARGEST 1000 /* of any window */
#define CODE_STEPS_AROUND 1     /* of a TOTP, that are taken before and after its own (RFC 6238 s5.2) */

enum code_kind { CODE_NO_KIND, CODE_HOTP, CODE_TOTP };
enum code_digest { CODE_SHA1, CODE_SHA256, CODE_SHA512 };

struct code_seed {
	enum code_kind kind;
	enum code_digest digest;     /* HOTP: SHA-1 */
	unsigned digits;             /* 6 to 8 */
	unsigned period;             /* TOTP: seconds */
	struct span secret;
	uint64_t next;               /* the least moving factor that is still taken */
	int32_t drift;               /* TOTP: by how many steps its clock was off when last seen */
};
struct code_windows {
	unsigned ahead;              /* HOTP: further factors that are tried */
	unsigned around;             /* TOTP: steps before and after */
	unsigned resynchronising;    /* either, with two codes */
};

struct code_found {
	bool taken;
	uint64_t next;               /* to be kept, with the row's generation as precondition */
	int32_t drift;
};
/* `second`: empty, or the code that came after `code`. What is not as many digits as it should be is not taken.
 * ERR_INVALID: the seed, or a window, is none. */
enum err code_check(const struct code_seed *, const struct code_windows *, struct span code, struct span second,
    struct instant now, struct code_found *out, struct problem *why);

/* The seed as apps take it in, from a picture: "otpauth://totp/ISSUER:ACCOUNT?secret=…". In the arena. */
struct span code_uri(struct arena *, const struct code_seed *, struct span issuer, struct span account);
/* And as people type it: base32 in groups of four letters. */
struct span code_secret_text(struct arena *, struct span secret);
