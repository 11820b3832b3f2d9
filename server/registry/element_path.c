/* registry/element_path.c - where in an entity's descriptor an element stands, as people are told. */
#include "registry/element_path.h"

#include <stdio.h>

static const char *const singles[] = { "AdditionalMetadataLocation", "Company", "DiscoHints", "EntityAttributes",
	"Extensions", "GivenName", "KeyInfo", "Organization", "PublicationInfo", "RegistrationInfo", "SurName",
	"UIInfo",
	"X509Data" };

static bool
is_single(const char *local)
{
	for (size_t i = 0; i < COUNT(singles); i++)
		if (strcmp(singles[i], local) == 0)
			return true;
	return false;
}

size_t
element_path_add(char path[ELEMENT_PATH_LARGEST], size_t size, const char *local, unsigned number)
{
	size_t room = ELEMENT_PATH_LARGEST - size;
	const char *slash = size ? "/" : "";
	int added;

	if (number == 0 || (number == 1 && is_single(local)))
		added = snprintf(path + size, room, "%s%s", slash, local);
	else
		added = snprintf(path + size, room, "%s%s[%u]", slash, local, number);
	if (added < 0 || (size_t)added >= room)
		return size;
	return size + (size_t)added;
}
