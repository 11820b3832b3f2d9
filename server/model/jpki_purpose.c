/* model/jpki_purpose.c - what the two certificates on a My Number card are for. */
#include "model/jpki_purpose.h"

static const struct { const char *name, *article; } purposes[] = {
	[JPKI_NO_PURPOSE] = { "", "" },
	[JPKI_SIGNATURE] = { "signature", "17" },
	[JPKI_AUTHENTICATION] = { "authentication", "36" },
};

const char *
jpki_purpose_name(enum jpki_purpose purpose)
{
	return purposes[purpose].name;
}

enum jpki_purpose
jpki_purpose_read(struct span word)
{
	for (int i = JPKI_SIGNATURE; i <= JPKI_AUTHENTICATION; i++)
		if (span_is(word, purposes[i].name))
			return (enum jpki_purpose)i;
	return JPKI_NO_PURPOSE;
}

const char *
jpki_purpose_article(enum jpki_purpose purpose)
{
	return purposes[purpose].article;
}
