/* base/problem.h - why some work could not be done: a code for the program, a sentence and a clause for people.
 *
 * Whoever notices a failure writes the sentence; callers pass the code on. A refusal (bad signature,
 * missing level) is data and never a problem; a bug is an assert.
 */
#pragma once

enum err {
	OK,
	ERR_SYNTAX,      /* the bytes are not of the form they must have */
	ERR_LIMIT,       /* too large, too deep, too many, too slow */
	ERR_INVALID,     /* well formed, but says what cannot be */
	ERR_NOT_FOUND,
	ERR_CONFLICT,    /* a precondition does not hold; load again and retry */
	ERR_DENIED,      /* this caller may not */
	ERR_FULL,        /* no space left to write; reading goes on */
	ERR_UNAVAILABLE, /* a peer or process does not answer now; a retry may help */
	ERR_UNSUPPORTED, /* a newer format, an algorithm we do not have */
	ERR_IO,          /* the operating system said no */
	ERR_CRYPTO,      /* a key or the crypto library said no */
	ERR_GONE,        /* there was one, and it was erased; said to people, never between processes */
};

struct problem {
	enum err code;
	char clause[64]; /* "RFC 9112 s6.3", or "" */
	char text[448];  /* one sentence; names file, pointer or line, what was expected, what was found */
};

/* Writes the problem and returns `code`, so that noticing is one line. `why` may be NULL. */
enum err problem_set(struct problem *why, enum err code, const char *clause, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "FORMAT: " before the sentence, for a caller who knows the file or the member. Returns why->code. */
enum err problem_within(struct problem *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ERR_FULL for ENOSPC and EDQUOT, ERR_NOT_FOUND for ENOENT, ERR_DENIED for EACCES and EPERM, else ERR_IO;
 * adds ": " and strerror(error). */
enum err problem_errno(struct problem *why, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "syntax", "limit", …: the word in logs and in JSON answers. */
const char *err_name(enum err code);
