/* transaction/account/numbered.c - an account found by its number. */
#include "transaction/account/numbered.h"

#include <string.h>

#include "person/account.h"

size_t
numbered_ask(struct arena *arena, struct span number, struct ask *out)
{
	if (memchr(number.data, '@', number.size))
		return 0;
	*out = account_name_ask(arena, number);
	return out->from.size ? 1 : 0;
}

enum err
numbered_loaded(const struct ask *asked, size_t count, struct id *account, struct problem *why)
{
	uint64_t generation;
	enum err err = count ? account_name_loaded(asked, account, &generation, why) : ERR_NOT_FOUND;

	return err == ERR_NOT_FOUND ? numbered_gone(why) : err;
}

enum err
numbered_gone(struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "", "no account has this number");
}
