/* jpki/linkage.c - whether a certificate is of the same person as an earlier one: what may be asked. */
#include "jpki/linkage.h"

const char *
linkage_relation_name(enum linkage_relation relation)
{
	static const char *const names[] = {
		[LINKAGE_NONE] = "none",
		[LINKAGE_MEDIUM] = "medium",
		[LINKAGE_PURPOSE] = "purpose",
		[LINKAGE_RENEWAL] = "renewal",
	};

	return names[relation];
}

enum linkage_relation
linkage_relation(struct linkage_kind a, struct linkage_kind b)
{
	if (a.purpose == b.purpose)
		return a.medium == b.medium ? LINKAGE_RENEWAL : LINKAGE_MEDIUM;
	return a.medium == JPKI_CARD && b.medium == JPKI_CARD ? LINKAGE_PURPOSE : LINKAGE_NONE;
}

const char *
continuity_name(enum continuity continuity)
{
	static const char *const names[] = {
		[CONTINUITY_NOT_ASKED] = "not-asked",
		[CONTINUITY_UNAVAILABLE] = "unavailable",
		[CONTINUITY_UNKNOWN] = "unknown",
		[CONTINUITY_OTHER] = "other",
		[CONTINUITY_SAME] = "same",
	};

	return names[continuity];
}

void
linkage_source_free(struct linkage_source *source)
{
	if (source)
		source->free(source);
}
