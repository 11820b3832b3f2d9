/* daemon/crl_schedule.c - when a place that revocation lists come from is looked at again. */
#include "daemon/crl_schedule.h"

#define DOUBLINGS 15
#define SPARE SECONDS(1) /* a list tells whole seconds */

int64_t
crl_next_look(int64_t refresh, struct instant next_update, unsigned failures, uint32_t chance, struct instant now)
{
	int64_t us = refresh, left = next_update.us - now.us - refresh / 10;

	if (failures > 0)
		us = CRL_SOONEST << (failures <= DOUBLINGS ? failures - 1 : DOUBLINGS);
	else if (next_update.us && left < us)
		us = left;
	if (us > refresh)
		us = refresh;
	us -= us / 10 / UINT16_MAX * (chance >> 16);
	return us < CRL_SOONEST ? CRL_SOONEST : us;
}

int64_t
crl_next_begin(int64_t refresh, struct instant begins, struct instant now)
{
	int64_t us = begins.us - now.us + SPARE;

	return us < SPARE ? SPARE : us > refresh ? refresh : us;
}
