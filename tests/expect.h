/* tests/expect.h - what the tests say with: a title that is a sentence, what came, what was expected. On cmocka. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/problem.h"
#include "base/span.h"

#define expect_text(title, found, expected) expect_text_at(__FILE__, __LINE__, title, found, expected)
#define expect_span(title, found, expected) expect_span_at(__FILE__, __LINE__, title, found, span_text(expected))
#define expect_number(title, found, expected) \
	expect_number_at(__FILE__, __LINE__, title, (int64_t)(found), (int64_t)(expected))
#define expect_true(title, holds) expect_true_at(__FILE__, __LINE__, title, holds)
/* OK, or the problem's sentence is shown. */
#define expect_ok(title, err, why) expect_ok_at(__FILE__, __LINE__, title, err, why)
/* The code, and a part of the sentence. */
#define expect_problem(title, err, why, code, part) expect_problem_at(__FILE__, __LINE__, title, err, why, code, part)

static inline void
expect_fail(const char *file, int line, const char *title)
{
	print_error("%s:%d: %s\n", file, line, title);
	fail();
}

static inline void
expect_span_at(const char *file, int line, const char *title, struct span found, struct span expected)
{
	if (span_equal(found, expected))
		return;
	print_error("  found    \"%.*s\"\n  expected \"%.*s\"\n", SPAN_ARGS(found), SPAN_ARGS(expected));
	expect_fail(file, line, title);
}

static inline void
expect_text_at(const char *file, int line, const char *title, const char *found, const char *expected)
{
	expect_span_at(file, line, title, span_text(found), span_text(expected));
}

static inline void
expect_number_at(const char *file, int line, const char *title, int64_t found, int64_t expected)
{
	if (found == expected)
		return;
	print_error("  found    %lld\n  expected %lld\n", (long long)found, (long long)expected);
	expect_fail(file, line, title);
}

static inline void
expect_true_at(const char *file, int line, const char *title, bool holds)
{
	if (!holds)
		expect_fail(file, line, title);
}

static inline void
expect_ok_at(const char *file, int line, const char *title, enum err err, const struct problem *why)
{
	if (err == OK)
		return;
	print_error("  %s: %s (%s)\n", err_name(err), why ? why->text : "", why ? why->clause : "");
	expect_fail(file, line, title);
}

static inline void
expect_problem_at(const char *file, int line, const char *title, enum err err, const struct problem *why, enum err code,
    const char *part)
{
	if (err == code && (code == OK || strstr(why->text, part)))
		return;
	print_error("  found    %s: %s\n  expected %s: … %s …\n", err_name(err), err == OK ? "" : why->text,
	    err_name(code), part);
	expect_fail(file, line, title);
}
