/* registry/rule_document.c - rules about the document as a whole: its schemas, its size, what its source claimed. */
#include "registry/rule_check.h"

void
check_schema(struct examination *x)
{
	const struct examined *e = x->examined;

	for (size_t i = 0; i < e->schema_error_count; i++)
		rule_found_sentence(x, e->schema_errors[i].at, e->schema_errors[i].text);
}

void
check_size(struct examination *x)
{
	if (x->examined->unreadable.size)
		rule_found_sentence(x, (struct span){ 0 }, x->examined->unreadable);
}

void
check_claims(struct examination *x)
{
	for (size_t i = 0; i < x->examined->claimed_count; i++)
		rule_found_sentence(x, span_text("Extensions/EntityAttributes"), x->examined->claimed[i]);
}
