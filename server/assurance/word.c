/* assurance/word.c - whose word counts: the parts in which each provenance speaks. */
#include "assurance/word.h"

#define OURS (ASSERTER_WATASHI | ASSERTER_REGISTRY)
#define MEMBERS (ASSERTER_IDP | ASSERTER_PROOFING_PROVIDER | ASSERTER_PLATFORM | ASSERTER_RP)

struct word
word_claimed(struct instant established)
{
	return (struct word){ CLAIMED, MEMBERS, established };
}

/* No member speaks for us, whatever it is. */
struct word
word_vouched(unsigned parts, struct instant established)
{
	return (struct word){ VOUCHED, parts & MEMBERS, established };
}

struct word
word_observed(unsigned parts, struct instant established)
{
	return (struct word){ OBSERVED, parts & OURS, established };
}
