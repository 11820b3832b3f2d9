/* crypto/library.c - what OpenSSL says went wrong. */
#include "crypto/library.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

enum err
library_problem(struct problem *why, const char *format, ...)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	char sentence[256];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	ERR_clear_error();
	return problem_set(why, ERR_CRYPTO, "", "%s: %s", sentence, reason ? reason : "no reason given");
}
