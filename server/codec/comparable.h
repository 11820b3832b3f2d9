/* codec/comparable.h - a text in the one form that all its spellings share which are the same to a person. */
#pragma once

#include "base/buffer.h"

/* Adds it: NFKC, blanks of any width as one, none at the edges. Of what is no UTF-8, or nothing but blanks, nothing.
 * It can be eleven times as long as the text, and one ligature even eighteen letters. */
void comparable_add(struct buffer *, struct span text);
