/* tools/card/words.h - what the program says, in the person's language. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* As LC_ALL, LC_MESSAGES or LANG has it; or by name, "ja" or "en". False: neither. */
void words_choose(void);
bool words_are(const char *language);

/* What others said, on a terminal: nothing in it commands that, or is unseen but for the ends of lines; U+FFFD stands
 * for what would be. */
void words_print(FILE *, const char *text);

/* One of the two. */
const char *either(const char *ja, const char *en) __attribute__((format_arg(1), format_arg(2)));
