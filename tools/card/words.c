/* tools/card/words.c - what the program says, in the person's language. */
#include "card/words.h"

#include <stdlib.h>
#include <string.h>

#include "codec/text.h"

static bool japanese;

void
words_choose(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value) {
			japanese = strncmp(value, "ja", 2) == 0;
			return;
		}
	}
}

bool
words_are(const char *language)
{
	if (strcmp(language, "ja") != 0 && strcmp(language, "en") != 0)
		return false;
	japanese = strcmp(language, "ja") == 0;
	return true;
}

const char *
either(const char *ja, const char *en)
{
	return japanese ? ja : en;
}

void
words_print(FILE *to, const char *text)
{
	struct span rest = span_text(text), from;
	uint32_t before = 0, c;

	if (!utf8_valid(rest)) {
		/* Whatever it is, no text. */
		for (; *text; text++)
			fputc(*text >= ' ' && *text <= '~' ? *text : '?', to);
		return;
	}
	for (; from = rest, rest.size; before = c) {
		c = utf8_cut(&rest);
		if (c != '\n' && character_unseen_behind(before, c))
			fputs("\xef\xbf\xbd", to);
		else
			fwrite(from.data, 1, from.size - rest.size, to);
	}
}
