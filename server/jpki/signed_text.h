/* jpki/signed_text.h - what was signed, as text: a person must have been able to see what he or she agreed to, and be
 * shown the same again.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define SIGNED_TEXT_LARGEST (1 * MIB)

/* UTF-8 without characters that nobody sees or that turn the line around, but for ends of lines and tabulators.
 * ERR_INVALID: it is not; ERR_LIMIT. The sentence never holds any of it. */
enum err signed_text_check(struct span, struct problem *why);

/* The text of an element that has nothing but text: canonical XML as it was digested. ERR_INVALID: there is more to it,
 * elements or attributes other than an ID. */
enum err signed_text_of_xml(struct arena *, struct span element, struct span *out, struct problem *why);
