/* registry/source.c - whole federations taken in from elsewhere. */
#include "registry/source.h"

const struct table source_table = { "source", ROLE_BIT(ROLE_STEWARD), 0 };

bool
source_shrank(uint32_t before, uint32_t kept, unsigned max_loss)
{
	return max_loss > 0 && kept < before && (uint64_t)(before - kept) * 100 > (uint64_t)before * max_loss;
}
