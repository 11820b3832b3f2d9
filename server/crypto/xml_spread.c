/* crypto/xml_spread.c - how much longer than itself a document may become in canonical form. */
#include "crypto/xml_spread.h"

/* Names have some forty characters, the shortest element with a prefix has six: nobody writes more but on purpose. */
#define TIMES 16
#define AT_LEAST (64 * KIB)

struct xml_spread
xml_spread_of(struct span document)
{
	return (struct xml_spread){ .most = AT_LEAST + TIMES * document.size };
}

static size_t
size_of(const struct xml_name *name)
{
	return name->uri ? strlen(name->uri) : 0;
}

enum err
xml_spread_add(struct xml_spread *s, const struct xml_element *e, struct problem *why)
{
	s->names += size_of(&e->name);
	for (size_t i = 0; i < e->attribute_count; i++)
		s->names += size_of(&e->attributes[i].name);
	if (s->names <= s->most)
		return OK;
	return problem_set(why, ERR_LIMIT, "exclusive C14N s3",
	    "line %d: the document's canonical form would be more than %d times as long as it is", e->line, TIMES);
}
