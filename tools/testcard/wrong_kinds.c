/* tools/testcard/wrong_kinds.c - all the kinds of wrong certificates, and one of them made. */
#include "testcard/wrong.h"

const struct wrong_kind *
wrong_kind_at(size_t n)
{
	const struct wrong_kind *const tables[] = { wrong_issued, wrong_form, wrong_holder };

	for (size_t i = 0; i < COUNT(tables); i++)
		for (const struct wrong_kind *kind = tables[i]; kind->name; kind++)
			if (n-- == 0)
				return kind;
	return NULL;
}

struct span
wrong_make(struct spoiling *s, const struct wrong_kind *kind)
{
	if (kind->spoil)
		kind->spoil(s);
	s->certificate = certificate_sign(s->arena, &s->plan, s->signer);
	if (kind->damage)
		kind->damage(s);
	return s->certificate;
}
