/* model/policy_id.c - what things in policies are called. */
#include "model/policy_id.h"

static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_valid(struct span s, size_t most, const char *signs)
{
	if (s.size == 0 || s.size > most || !is_plain(s.data[0]))
		return false;
	for (size_t i = 1; i < s.size; i++)
		if (!is_plain(s.data[i]) && (s.data[i] == '\0' || !strchr(signs, s.data[i])))
			return false;
	return true;
}

bool
policy_id_valid(struct span id)
{
	return is_valid(id, POLICY_ID_LARGEST, "._-");
}

bool
policy_level_valid(struct span id)
{
	return is_valid(id, POLICY_LEVEL_LARGEST, "._-+");
}
