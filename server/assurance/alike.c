/* assurance/alike.c - whether two versions have the same thing, to the letter. */
#include "assurance/alike.h"

bool
localized_alike(struct localized a, struct localized b)
{
	return span_equal(a.ja, b.ja) && span_equal(a.en, b.en);
}

static bool
citations_equal(const struct criterion *a, const struct criterion *b)
{
	if (a->citation_count != b->citation_count)
		return false;
	for (size_t i = 0; i < a->citation_count; i++) {
		const struct citation *one = &a->citations[i], *other = &b->citations[i];

		if (!span_equal(one->document, other->document) || !span_equal(one->at, other->at) ||
		    !span_equal(one->relation, other->relation))
			return false;
	}
	return true;
}

static bool
parameters_equal(const struct criterion *a, const struct criterion *b)
{
	if (a->parameter_count != b->parameter_count)
		return false;
	for (size_t i = 0; i < a->parameter_count; i++)
		if (!span_equal(a->parameters[i].id, b->parameters[i].id) ||
		    a->parameters[i].value != b->parameters[i].value ||
		    !localized_alike(a->parameters[i].label, b->parameters[i].label))
			return false;
	return true;
}

bool
criterion_worded_alike(const struct criterion *a, const struct criterion *b)
{
	return localized_alike(a->title, b->title) && localized_alike(a->text, b->text) &&
	    localized_alike(a->reason, b->reason) && a->status == b->status && citations_equal(a, b) &&
	    parameters_equal(a, b);
}

bool
condition_alike(const struct condition *a, const struct condition *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct condition_node *one = &a->nodes[i], *other = &b->nodes[i];

		if (one->kind != other->kind || one->operator != other->operator || one->fact != other->fact ||
		    one->other != other->other || one->count != other->count || one->need != other->need ||
		    one->size != other->size || one->operand != other->operand || !one->list != !other->list ||
		    (one->list && memcmp(one->list, other->list, one->need * sizeof(one->list[0])) != 0))
			return false;
	}
	return true;
}
