/* codec/form.h - the body of a form: application/x-www-form-urlencoded (URL Standard s5.1), read once into the
 * parameters that are asked for.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define FORM_PARAMETERS 64

/* `values[i]` is the parameter `names[i]`, decoded and UTF-8 without NUL; empty when it is not there or has no value.
 * Those nobody asks for are passed over (RFC 6749 s3.2). ERR_SYNTAX: a broken escape, other bytes than UTF-8, a
 * parameter that stands twice; ERR_LIMIT: more than FORM_PARAMETERS. */
enum err form_read(struct arena *, struct span body, const char *const *names, struct span *values, size_t count,
    struct problem *why);

/* One name or value: '+' is a blank, then percent-decoded. False: a broken escape, other bytes than UTF-8, NUL. */
bool form_decode(struct arena *, struct span, struct span *out);
