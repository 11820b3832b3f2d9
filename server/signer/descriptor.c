/* signer/descriptor.c - key descriptors on disk: read, and made together with their keys.
 *
 *     key -> NAME.cer -> NAME.json
 *
 * The descriptor comes last, so what it names is there; on failure all goes, the last first.
 */
#include "signer/descriptor.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "codec/document.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/new_file.h"

#define URI_LARGEST 1024
#define FILE_LARGEST (8 * KIB)
#define KEYS_LARGEST 1000

/* SAML software takes no Ed25519 signatures, and of those who read trusted lists few do. */
#define SIGNING_TYPES (1u << KEY_RSA_2048 | 1u << KEY_RSA_3072 | 1u << KEY_RSA_4096 | 1u << KEY_P256 | 1u << KEY_P384)
#define SIGNING_TYPES_TEXT "rsa-2048, rsa-3072, rsa-4096, p-256 or p-384"

static const struct {
	const char *name;
	unsigned types;
	const char *types_text;
	bool organized; /* its certificate names organization and country */
} uses[USE_COUNT] = {
	[USE_METADATA] = { "metadata", SIGNING_TYPES, SIGNING_TYPES_TEXT, false },
	/* TS 119 602 s6.8: O is the SchemeOperatorName, C the SchemeTerritory. */
	[USE_TRUSTED_LIST] = { "trusted-list", SIGNING_TYPES, SIGNING_TYPES_TEXT, true },
	/* C2SP tlog-tiles: a public log's checkpoint carries an Ed25519 signature. */
	[USE_LEDGER] = { "ledger", 1u << KEY_ED25519, "ed25519", false },
	/* RFC 8292 s2: ES256 alone. */
	[USE_PUSH] = { "push", 1u << KEY_P256, "p-256", false },
	[USE_OPENID] = { "openid", 1u << KEY_P256, "p-256", false },
	/* Each token costs a signature while somebody waits: no larger ones. */
	[USE_OPENID_RSA] = { "openid-rsa", 1u << KEY_RSA_2048 | 1u << KEY_RSA_3072, "rsa-2048 or rsa-3072", false },
};
#define USES_TEXT "metadata, trusted-list, ledger, push, openid or openid-rsa"

enum key_use
key_use_read(struct span s)
{
	for (size_t i = USE_NONE + 1; i < COUNT(uses); i++)
		if (span_is(s, uses[i].name))
			return (enum key_use)i;
	return USE_NONE;
}

const char *
key_use_name(enum key_use use)
{
	assert(use < USE_COUNT);
	return use == USE_NONE ? "none" : uses[use].name;
}

static bool
is_key_name(struct span s)
{
	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return s.size >= 1 && s.size <= KEY_NAME_LARGEST;
}

enum err
key_name_check(struct span name, struct problem *why)
{
	if (is_key_name(name))
		return OK;
	return problem_set(why, ERR_INVALID, "", "a key's name is 1 to %d of a-z 0-9 -; found %s", KEY_NAME_LARGEST,
	    LOG_SPAN(name));
}

/* Reading */

static void
json_read(struct document *doc, const char *name, struct key_descriptor *out)
{
	struct place root = document_root(doc);
	struct place named = place_member(root, "name"), use = place_member(root, "use");
	struct place type = place_member(root, "type"), at = place_member(root, "created");

	if (strcmp(place_text(named, 1, KEY_NAME_LARGEST, NULL), name) != 0)
		place_fail(named, name, NULL);
	out->uri = place_text(place_member(root, "uri"), 1, URI_LARGEST, NULL);
	out->use = key_use_read(span_text(place_text(use, 1, 32, NULL)));
	out->type = key_type_read(span_text(place_text(type, 1, 32, NULL)));
	if (out->use == USE_NONE)
		place_fail(use, USES_TEXT, NULL);
	else if (!(uses[out->use].types >> out->type & 1))
		place_fail(type, uses[out->use].types_text, NULL);
	if (!instant_read(span_text(place_text(at, 1, 64, NULL)), &out->created))
		place_fail(at, "a time as 2026-11-22T05:20:00Z", NULL);
}

enum err
key_descriptor_read(const char *directory, const char *name, struct arena *a, struct key_descriptor *out,
    struct problem *why)
{
	struct buffer file = buffer_init(FILE_LARGEST);
	struct certificate_facts facts;
	struct document doc;
	const char *path;
	enum err err;

	*out = (struct key_descriptor){ 0 };
	err = key_name_check(span_text(name), why);
	if (err != OK)
		return err;
	path = arena_print(a, "%s/%s.json", directory, name);
	/* Told apart from a file that is there and wrong. */
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no key %s: %s does not exist", name, path);
	doc = document_read(a, path, FILE_LARGEST);
	json_read(&doc, name, out);
	err = document_end(&doc, why);
	if (err != OK)
		return err;
	path = arena_print(a, "%s/%s.cer", directory, name);
	err = file_read(path, &file, why);
	out->certificate = arena_copy(a, buffer_span(&file));
	buffer_release(&file);
	if (err != OK)
		return err;
	err = certificate_read(out->certificate, a, &facts, why);
	if (err != OK)
		return problem_within(why, "%s", path);
	out->name = arena_text(a, span_text(name));
	return OK;
}

static int
is_descriptor(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	/* Hidden ones are files being made. */
	return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
descriptor_by_name(const void *a, const void *b)
{
	return strcmp(((const struct key_descriptor *)a)->name, ((const struct key_descriptor *)b)->name);
}

enum err
key_descriptors_read(const char *directory, struct arena *a, struct key_descriptor **out, size_t *count,
    struct problem *why)
{
	struct dirent **entries;
	enum err err = OK;
	int n;

	*count = 0;
	n = scandir(directory, &entries, is_descriptor, by_name);
	if (n < 0)
		return problem_errno(why, errno, "cannot list the keys in %s", directory);
	if (n > KEYS_LARGEST)
		err = problem_set(why, ERR_LIMIT, "", "%s has %d keys, expected at most %d", directory, n,
		    KEYS_LARGEST);
	*out = arena_array(a, struct key_descriptor, (size_t)n);
	for (int i = 0; i < n && err == OK; i++) {
		struct span name = span_first(span_text(entries[i]->d_name),
		    strlen(entries[i]->d_name) - strlen(".json"));

		err = key_descriptor_read(directory, arena_text(a, name), a, &(*out)[i], why);
		if (err == ERR_INVALID && !is_key_name(name))
			problem_within(why, "%s/%s", directory, entries[i]->d_name);
		*count += err == OK;
	}
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	/* By name, not by file name: "a-b.json" comes before "a.json". */
	if (err == OK)
		qsort(*out, *count, sizeof(**out), descriptor_by_name);
	return err;
}

/* Making */

static struct span
json_write(const struct new_key *k, const char *uri, struct arena *a)
{
	struct buffer b = buffer_init(FILE_LARGEST);
	char at[INSTANT_TEXT];
	struct span out;

	buffer_print(&b, "{\n\t\"name\": \"%s\",\n\t\"use\": \"%s\",\n\t\"uri\": ", k->name, key_use_name(k->use));
	json_write_string(&b, span_text(uri));
	buffer_print(&b, ",\n\t\"type\": \"%s\",\n\t\"created\": \"%s\"\n}\n", key_type_name(k->type),
	    instant_text(k->now, at));
	assert(!b.overflowed);
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static enum err
check_new(const struct new_key *k, const char *uri, struct problem *why)
{
	if (key_name_check(span_text(k->name), why) != OK)
		return why->code;
	if (k->use == USE_NONE)
		return problem_set(why, ERR_INVALID, "", "key %s has no use; expected " USES_TEXT, k->name);
	if (!(uses[k->use].types >> k->type & 1))
		return problem_set(why, ERR_INVALID, "", "key %s is of type %s; for %s expected %s", k->name,
		    key_type_name(k->type), key_use_name(k->use), uses[k->use].types_text);
	if (uses[k->use].organized && (!k->organization || !k->country))
		return problem_set(why, ERR_INVALID, "ETSI TS 119 602 s6.8",
		    "key %s for %s: its certificate needs organization and country", k->name, key_use_name(k->use));
	if (strlen(uri) > URI_LARGEST || !utf8_valid(span_text(uri)))
		return problem_set(why, ERR_INVALID, "", "the URI of key %s is longer than %d bytes or not UTF-8",
		    k->name, URI_LARGEST);
	if (k->valid_for <= 0)
		return problem_set(why, ERR_INVALID, "", "the certificate of key %s ends before it begins", k->name);
	return OK;
}

static enum err
certify(const struct new_key *k, const char *directory, const char *uri, struct arena *a, struct span *der,
    struct problem *why)
{
	const struct certificate_name name = { k->common_name, k->organization, k->country };
	struct key *key;
	enum err err;

	err = key_open(uri, directory, &key, why);
	if (err != OK)
		return err;
	err = certificate_self_signed(key, &name, k->now, instant_after(k->now, k->valid_for), a, der, why);
	key_free(key);
	return err;
}

enum err
key_descriptor_new(const char *directory, const struct new_key *k, struct problem *why)
{
	struct arena a = arena_init(256 * KIB);
	const char *uri = k->uri ? k->uri : arena_print(&a, "file:%.*s.pem", KEY_NAME_LARGEST + 1, k->name);
	const char *json, *cer;
	struct span der;
	enum err err;

	err = check_new(k, uri, why);
	if (err != OK)
		goto out;
	json = arena_print(&a, "%s/%s.json", directory, k->name);
	cer = arena_print(&a, "%s/%s.cer", directory, k->name);
	if (access(json, F_OK) == 0 || access(cer, F_OK) == 0) {
		err = problem_set(why, ERR_CONFLICT, "", "the name %s is taken: %s exists already", k->name,
		    access(json, F_OK) == 0 ? json : cer);
		goto out;
	}
	err = key_generate(uri, directory, k->type, why);
	if (err != OK)
		goto out;
	err = certify(k, directory, uri, &a, &der, why);
	if (err != OK)
		goto no_key;
	err = new_file_write(cer, 0644, der, why);
	if (err != OK)
		goto no_key;
	err = new_file_write(json, 0644, json_write(k, uri, &a), why);
	if (err == OK)
		goto out;
	unlink(cer);
no_key:
	key_destroy(uri, directory, NULL);
out:
	arena_release(&a);
	return err;
}
