/* tools/ctl/jpki_anchors.c - JPKI authorities from files. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/certificate.h"
#include "ctl/jpki.h"

#define ANCHOR_FILE_LARGEST (256 * KIB)

static const struct jpki_generation generations[] = {
	{ "signca01", JPKI_SIGNATURE, 1, "0d034cbb34d0714f45e45a1cafd8fd143fab54a7",
	    "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355" },
	{ "signca02", JPKI_SIGNATURE, 2, "4de017de4b7f473dcd867a62d38b134ace83558a",
	    "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb" },
	{ "signca03", JPKI_SIGNATURE, 3, "d21ea55895617e93adbf966b941ab4edf653f08f",
	    "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f" },
	{ "authca01", JPKI_AUTHENTICATION, 1, "9567951b5ca70d84a0fff1d85a87f1aab1340385",
	    "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d" },
	{ "authca02", JPKI_AUTHENTICATION, 2, "8cd5586a891485e559379b7e29d410cfd28b3593",
	    "0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6" },
	{ "authca03", JPKI_AUTHENTICATION, 3, "1ac100f596a3bc8c4b3df195e32699249e9e308a",
	    "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5" },
};

const struct jpki_generation *
jpki_generation_of(const char *key_id)
{
	for (size_t i = 0; i < COUNT(generations); i++)
		if (strcmp(generations[i].key_id, key_id) == 0)
			return &generations[i];
	return NULL;
}

/* One attribute of an RFC 4514 text, whole. */
static bool
has_attribute(const char *name, const char *attribute)
{
	size_t size = strlen(attribute);

	for (const char *at = strstr(name, attribute); at; at = strstr(at + 1, attribute))
		if ((at == name || strchr(",+", at[-1])) && (at[size] == '\0' || strchr(",+", at[size])))
			return true;
	return false;
}

bool
jpki_authority_named(struct ctl *ctl, struct span subject, enum jpki_purpose *purpose, enum jpki_world *world)
{
	const char *name = x509_name_text(ctl->arena, subject);

	*purpose = has_attribute(name, "OU=JPKI for digital signature") ? JPKI_SIGNATURE
	    : has_attribute(name, "OU=JPKI for user authentication") ? JPKI_AUTHENTICATION : JPKI_NO_PURPOSE;
	*world = has_attribute(name, "O=JPKI") ? JPKI_PRODUCTION
	    : has_attribute(name, "O=JPKI-TEST") ? JPKI_TEST : JPKI_NO_WORLD;
	return *purpose != JPKI_NO_PURPOSE && *world != JPKI_NO_WORLD;
}

static enum err
anchor_load(struct ctl *ctl, const char *path, bool test, struct jpki_anchors *anchors, struct problem *why)
{
	struct jpki_file file;
	enum jpki_purpose purpose;
	enum jpki_world world;
	struct x509 certificate;

	if (jpki_file_read(ctl, path, 0, &file, why) != OK)
		return why->code;
	if (file.kind == JPKI_UNKNOWN_FILE)
		return problem_set(why, ERR_SYNTAX, "", "%s: expected a certificate", path);
	if (file.kind != JPKI_AUTHORITY_FILE || x509_read(file.bytes, &certificate, why) != OK ||
	    !jpki_authority_named(ctl, certificate.subject, &purpose, &world))
		return problem_set(
		    why, ERR_INVALID, "JPKI certificate profile", "%s: expected the certificate of a JPKI authority",
		    path);
	if (world == JPKI_TEST && !test)
		return OK;
	if (jpki_anchors_add(anchors, purpose, world, file.bytes, why) != OK)
		return problem_within(why, "%s", path);
	return OK;
}

static int
is_certificate_file(const struct dirent *entry)
{
	static const char *const endings[] = { ".cer", ".crt", ".der", ".pem" };
	size_t size = strlen(entry->d_name);

	for (size_t i = 0; i < COUNT(endings); i++)
		if (size > 4 && strcmp(entry->d_name + size - 4, endings[i]) == 0)
			return 1;
	return 0;
}

/* The same certificate in two files is one; in a directory there is more than authorities. */
static enum err
directory_load(struct ctl *ctl, const char *path, bool test, struct jpki_anchors *anchors, struct problem *why)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_certificate_file, alphasort);
	bool found = false;
	enum err err = OK;

	if (count < 0)
		return problem_errno(why, errno, "%s", path);
	for (int i = 0; i < count; i++) {
		if (err == OK)
			err = anchor_load(
			    ctl, arena_print(ctl->arena, "%s/%s", path, entries[i]->d_name), test, anchors, why);
		found = found || err == OK || err == ERR_CONFLICT;
		if (err == ERR_CONFLICT || err == ERR_INVALID)
			err = OK;
		free(entries[i]);
	}
	free(entries);
	if (err == OK && !found)
		return problem_set(why, ERR_NOT_FOUND, "", "%s: there is no certificate of a JPKI authority in this "
		    "directory (*.cer, *.crt, *.der, *.pem)", path);
	return err;
}

enum err
jpki_anchors_load(struct ctl *ctl, const struct texts *paths, bool test, struct jpki_anchors **out, struct problem *why)
{
	enum err err = OK;

	*out = jpki_anchors_new();
	for (size_t i = 0; i < paths->count && err == OK; i++) {
		struct stat status;

		if (stat(paths->items[i], &status) == 0 && S_ISDIR(status.st_mode))
			err = directory_load(ctl, paths->items[i], test, *out, why);
		else
			err = anchor_load(ctl, paths->items[i], test, *out, why);
	}
	if (err == OK)
		return OK;
	jpki_anchors_free(*out);
	*out = NULL;
	return err;
}
