/* base/problem.c - writing down why. */
#include "base/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	[OK] = "ok",
	[ERR_SYNTAX] = "syntax",
	[ERR_LIMIT] = "limit",
	[ERR_INVALID] = "invalid",
	[ERR_NOT_FOUND] = "not-found",
	[ERR_CONFLICT] = "conflict",
	[ERR_DENIED] = "denied",
	[ERR_FULL] = "full",
	[ERR_UNAVAILABLE] = "unavailable",
	[ERR_UNSUPPORTED] = "unsupported",
	[ERR_IO] = "io",
	[ERR_CRYPTO] = "crypto",
	[ERR_GONE] = "gone",
};

const char *
err_name(enum err code)
{
	return names[code];
}

enum err
problem_set(struct problem *why, enum err code, const char *clause, const char *format, ...)
{
	va_list args;

	if (!why)
		return code;
	why->code = code;
	snprintf(why->clause, sizeof(why->clause), "%s", clause ? clause : "");
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return code;
}

enum err
problem_within(struct problem *why, const char *format, ...)
{
	char text[sizeof(why->text)];
	va_list args;
	int used;

	va_start(args, format);
	used = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (used < 0 || (size_t)used >= sizeof(text))
		return why->code;
	snprintf(text + used, sizeof(text) - (size_t)used, ": %s", why->text);
	memcpy(why->text, text, sizeof(text));
	return why->code;
}

enum err
problem_errno(struct problem *why, int error, const char *format, ...)
{
	enum err code = ERR_IO;
	va_list args;
	size_t used;

	if (error == ENOSPC || error == EDQUOT)
		code = ERR_FULL;
	else if (error == ENOENT)
		code = ERR_NOT_FOUND;
	else if (error == EACCES || error == EPERM)
		code = ERR_DENIED;
	if (!why)
		return code;
	why->code = code;
	why->clause[0] = '\0';
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	used = strlen(why->text);
	snprintf(why->text + used, sizeof(why->text) - used, ": %s", strerror(error));
	return code;
}
