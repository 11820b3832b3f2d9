/* codec/individual_number.h - the look of an individual number (個人番号), which nobody here may keep.
 *
 * Free text that looks like one is questioned; typed document numbers (a driving licence has 12 digits too) are not
 * asked about here.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"

/* Whether the UTF-8 text holds 12 digits with a valid check digit (番号法施行令 8; 総務省令 5), no more and no fewer in a row:
 * ASCII or full-width ones, together or in three groups of four with blanks or punctuation between, whatever nobody
 * sees (codec/text.h) stands among them. */
bool individual_number_like(struct span text);

/* ERR_INVALID when it does: the sentence begins with the JSON pointer, and never shows the text. */
enum err individual_number_refuse(struct span text, const char *pointer, struct problem *why);
