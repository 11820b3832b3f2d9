/* tools/ctl/init.c - `watashictl init`: a federation is founded, whole or not at all.
 *
 *     check what was asked -> make all of it in DIRECTORY.XXXXXX beside -> rename it to DIRECTORY
 *
 * What the configuration may hold is for the daemon to say: what was written is read as it will read it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/client.h"
#include "ctl/founding.h"
#include "http/tls.h"
#include "signer/signer.h"

#define CONFIGURATION "watashid.json"
#define CERTIFICATE_LIFE SECONDS((int64_t)10 * 365 * 24 * 60 * 60)

static const struct usage usage = {
	.synopsis = "init DIRECTORY --name-ja … --name-en … --base-url … --registration-authority …",
	.about = "Founds a federation: makes DIRECTORY with watashid.json (the configuration, to be read and edited),\n"
	         "the first signing keys, and the folders of store and publications. All or nothing; a DIRECTORY with\n"
	         "something in it is refused.",
	.least = 1,
	.most = 1,
};

/* What was asked for */

/* False, with errno, when there is nothing of this name. */
static bool
path_resolve(struct arena *a, const char **path)
{
	char *absolute = realpath(*path, NULL);

	if (!absolute)
		return false;
	*path = arena_text(a, span_text(absolute));
	free(absolute);
	return true;
}

static enum err
tls_check(struct ctl *ctl, struct founding *f, struct problem *why)
{
	struct tls_settings settings;
	struct tls *tls;

	if (!f->certificate && !f->tls_key)
		return OK;
	if (!f->certificate || !f->tls_key)
		return problem_set(why, ERR_INVALID, "", "--tls-cert and --tls-key go together");
	if (!path_resolve(ctl->arena, &f->certificate))
		return problem_errno(why, errno, "--tls-cert %s", f->certificate);
	if (!path_resolve(ctl->arena, &f->tls_key))
		return problem_errno(why, errno, "--tls-key %s", f->tls_key);
	settings = (struct tls_settings){ .certificate = f->certificate, .key = f->tls_key };
	if (tls_open(&settings, &tls, why) != OK)
		return why->code;
	tls_free(tls);
	return OK;
}

/* The daemon will run as this user: it must be there, and only root can give it anything. */
static enum err
user_check(struct founding *f, struct problem *why)
{
	const struct passwd *user;
	const struct group *group;

	if (!f->user)
		return f->group ? problem_set(why, ERR_INVALID, "", "--group goes with --user") : OK;
	if (geteuid() != 0)
		return problem_set(why, ERR_DENIED, "", "--user: only root can found a federation for another user");
	user = getpwnam(f->user);
	if (!user)
		return problem_set(why, ERR_NOT_FOUND, "", "--user: there is no user \"%s\"", f->user);
	f->uid = user->pw_uid;
	f->gid = user->pw_gid;
	if (!f->group)
		return OK;
	group = getgrnam(f->group);
	if (!group)
		return problem_set(why, ERR_NOT_FOUND, "", "--group: there is no group \"%s\"", f->group);
	f->gid = group->gr_gid;
	return OK;
}

/* Whoever founds it operates it; behind sudo that is not root, who always may. */
static enum err
operators_check(struct ctl *ctl, struct founding *f, struct problem *why)
{
	const char *asker = getenv("SUDO_USER");
	const struct passwd *me = geteuid() == 0 && asker ? getpwnam(asker) : getpwuid(getuid());

	for (size_t i = 0; i < f->operators.count; i++)
		if (!getpwnam(f->operators.items[i]))
			return problem_set(why, ERR_NOT_FOUND, "", "--operator: there is no user \"%s\"",
			    f->operators.items[i]);
	if (f->operators.count > 0 || !me)
		return OK;
	f->operators.items = arena_array(ctl->arena, const char *, 1);
	f->operators.items[f->operators.count++] = arena_print(ctl->arena, "%s", me->pw_name);
	return OK;
}

static enum err
needed_check(const struct founding *f, struct problem *why)
{
	const struct {
		const char *name, *value;
	} needed[] = {
		{ "--name-ja", f->name_ja },
		{ "--name-en", f->name_en },
		{ "--base-url", f->base_url },
		{ "--registration-authority", f->registration_authority },
	};

	for (size_t i = 0; i < COUNT(needed); i++)
		if (!needed[i].value || !needed[i].value[0])
			return problem_set(why, ERR_INVALID, "", "%s is needed; see watashictl init --help",
			    needed[i].name);
	return OK;
}

static enum err
key_type_check(const char *option, const char *word, enum key_type *type, struct problem *why)
{
	*type = key_type_read(span_text(word));
	if (*type == KEY_UNKNOWN || *type == KEY_ED25519)
		return problem_set(why, ERR_INVALID, "",
		    "%s: expected rsa-2048, rsa-3072, rsa-4096, p-256 or p-384, found \"%s\"", option, word);
	return OK;
}

static enum err
founding_check(struct ctl *ctl, struct founding *f, struct problem *why)
{
	if (tls_check(ctl, f, why) != OK || user_check(f, why) != OK || operators_check(ctl, f, why) != OK)
		return why->code;
	if (f->pages && !path_resolve(ctl->arena, &f->pages))
		return problem_errno(why, errno, "--pages %s", f->pages);
	if (key_type_check("--key-type", f->key_type, &f->key_kind, why) != OK)
		return why->code;
	return key_type_check("--list-key-type", f->list_key_type, &f->list_key_kind, why);
}

/* Making it */

enum owner { OWNER_FOUNDER, OWNER_DAEMON };
static const struct {
	const char *name;
	mode_t mode;
	enum owner owner;
} folders[] = {
	{ ".", 0755, OWNER_FOUNDER },
	{ "keys", 0750, OWNER_FOUNDER }, /* the signer opens them before it becomes the daemon's user */
	{ "store", 0750, OWNER_DAEMON },
	{ "generations", 0750, OWNER_DAEMON },
	{ "run", 0755, OWNER_DAEMON },   /* operators reach the socket there; who may ask is checked by it */
};

static enum err
folders_make(const struct founding *f, const char *at, struct problem *why)
{
	char path[4096];

	for (size_t i = 0; i < COUNT(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", at, folders[i].name);
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return problem_errno(why, errno, "%s", path);
		if (f->user && chown(path, folders[i].owner == OWNER_DAEMON ? f->uid : 0, f->gid) != 0)
			return problem_errno(why, errno, "%s", path);
		if (chmod(path, folders[i].mode) != 0)
			return problem_errno(why, errno, "%s", path);
	}
	return OK;
}

static enum err
file_write(const char *path, struct span text, struct problem *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool whole;

	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	whole = write(fd, text.data, text.size) == (ssize_t)text.size && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	if (!whole)
		problem_errno(why, errno, "%s", path);
	close(fd);
	return whole ? OK : why->code;
}

/* What the daemon would say, without the name of a file that will be gone. */
static enum err
configuration_check(struct ctl *ctl, const char *file, struct config *config, struct problem *why)
{
	struct problem found;
	const char *said;

	if (config_read(ctl->arena, file, config, &found) == OK)
		return OK;
	said = strstr(found.text, CONFIGURATION ": ");
	return problem_set(why, found.code, found.clause, "the daemon would refuse the configuration: %s",
	    said ? said + strlen(CONFIGURATION ": ") : found.text);
}

/* One for each use. Files go with the directory when a later one fails; keys in a token go here. */
static enum err
keys_make(struct ctl *ctl, const struct founding *f, const struct config *config, const char *at, struct problem *why)
{
	const struct new_key metadata = {
		.name = f->key_name,
		.uri = f->key_uri,
		.common_name = f->name_en,
		.use = USE_METADATA,
		.type = f->key_kind,
		.now = clock_now(),
		.valid_for = CERTIFICATE_LIFE,
	};
	const struct new_key list = {
		.name = f->list_key_name,
		.uri = f->list_key_uri,
		.common_name = f->name_en,
		.organization = config->federation.operator_en,
		.country = config->federation.territory,
		.use = USE_TRUSTED_LIST,
		.type = f->list_key_kind,
		.now = metadata.now,
		.valid_for = CERTIFICATE_LIFE,
	};
	const struct new_key ledger = {
		.name = f->ledger_key_name,
		.uri = f->ledger_key_uri,
		.common_name = f->name_en,
		.use = USE_LEDGER,
		.type = KEY_ED25519,
		.now = metadata.now,
		.valid_for = CERTIFICATE_LIFE,
	};
	const struct new_key *const all[] = { &metadata, &list, &ledger };
	const char *keys = arena_print(ctl->arena, "%s/keys", at);
	size_t made = 0;

	while (made < COUNT(all) && key_descriptor_new(keys, all[made], why) == OK)
		made++;
	if (made == COUNT(all))
		return OK;
	while (made-- > 0)
		if (all[made]->uri)
			key_destroy(all[made]->uri, keys, NULL);
	return why->code;
}

static enum err
contents_make(struct ctl *ctl, const struct founding *f, const char *at, struct problem *why)
{
	const char *file = arena_print(ctl->arena, "%s/" CONFIGURATION, at);
	struct config config;

	if (folders_make(f, at, why) != OK || file_write(file, founding_configuration(ctl->arena, f), why) != OK ||
	    configuration_check(ctl, file, &config, why) != OK)
		return why->code;
	return keys_make(ctl, f, &config, at, why);
}

static enum err
found(struct ctl *ctl, const struct founding *f, struct problem *why)
{
	char *at = arena_print(ctl->arena, "%s.XXXXXX",
	    f->directory); /* beside it, for rename() crosses no file system */

	if (!mkdtemp(at))
		return problem_errno(why, errno, "%s", at);
	if (contents_make(ctl, f, at, why) == OK && rename(at, f->directory) == 0)
		return OK;
	if (why->code == OK && (errno == ENOTEMPTY || errno == EEXIST))
		problem_set(why, ERR_CONFLICT, "", "%s: expected an empty directory or none, found files in it",
		    f->directory);
	else if (why->code == OK)
		problem_errno(why, errno, "%s", f->directory);
	founding_remove(at);
	return why->code;
}

/* Saying what was made */

static void
founded_show(const struct ctl *ctl, const struct founding *f)
{
	if (ctl->json) {
		json_t *made = json_pack("{s:o,s:s,s:s,s:s}", "configuration",
		    json_sprintf("%s/" CONFIGURATION, f->directory), "key", f->key_name, "list_key", f->list_key_name,
		    "ledger_key", f->ledger_key_name);

		answer_print(made);
		json_decref(made);
		return;
	}
	printf("Founded \"%s\" (%s) in %s:\n"
	       "  watashid.json   the configuration; each part says what it is for\n"
	       "  keys/           the key %s (%s), which signs metadata, and %s (%s), which\n"
	       "                  signs the trusted list, and %s (ed25519), which signs the ledger;\n"
	       "                  keep copies in a safe place\n"
	       "  store/          members and documents, made when the daemon first runs\n"
	       "  generations/    published aggregates\n"
	       "  run/            the control socket\n",
	    f->name_en, f->name_ja, f->directory, f->key_name, f->key_type, f->list_key_name, f->list_key_type,
	    f->ledger_key_name);
	for (size_t i = 0; i < f->operators.count; i++)
		printf("%s%s%s", i ? ", " : "Operators: ", f->operators.items[i],
		    i + 1 == f->operators.count ? "\n" : "");
	printf("\nNext:\n"
	       "  watashid -t -c %s/watashid.json            check the configuration\n"
	       "  watashid -c %s/watashid.json               run the daemon\n"
	       "  watashictl -c %s/watashid.json member apply FILE   take a member's record in, to be approved\n",
	    f->directory, f->directory, f->directory);
}

static const char *
without_slashes(struct arena *a, const char *path)
{
	struct span s = span_text(path);

	while (s.size > 1 && s.data[s.size - 1] == '/')
		s.size--;
	return arena_text(a, s);
}

enum ending
init_run(struct ctl *ctl, int argc, char **argv)
{
	struct founding f = { .key_type = "rsa-2048", .key_name = "metadata-1", .list_key_type = "p-256",
		.list_key_name = "trusted-list-1", .ledger_key_name = "ledger-1", .local = "127.0.0.1:9443" };
	const struct flag flags[] = {
		{ .name = "name-ja",
		    .argument = "NAME",
		    .help = "the federation's name in Japanese",
		    .text = &f.name_ja },
		{ .name = "name-en", .argument = "NAME", .help = "and in English", .text = &f.name_en },
		{ .name = "base-url",
		    .argument = "URL",
		    .help = "https://…/ as the world reaches it",
		    .text = &f.base_url },
		{ .name = "registration-authority",
		    .argument = "URI",
		    .help = "who vouches for its entities (mdrpi)",
		    .text = &f.registration_authority },
		{ .name = "registration-policy",
		    .argument = "URL",
		    .help = "the policy it registers by",
		    .text = &f.registration_policy },
		{ .name = "publisher",
		    .argument = "URI",
		    .help = "who publishes (the registration authority)",
		    .text = &f.publisher },
		{ .name = "run-by-ja",
		    .argument = "NAME",
		    .help = "who runs it, in Japanese (the federation's name)",
		    .text = &f.operator_ja },
		{ .name = "run-by-en",
		    .argument = "NAME",
		    .help = "and in English; at most 64 bytes",
		    .text = &f.operator_en },
		{ .name = "territory",
		    .argument = "CODE",
		    .help = "where, as in ISO 3166-1 (JP)",
		    .text = &f.territory },
		{ .name = "listen",
		    .argument = "ADDRESS",
		    .help = "*:8443, 127.0.0.1:8080, [::1]:8443; may be given again",
		    .list = &f.listen },
		{ .name = "local",
		    .argument = "ADDRESS",
		    .help = "health and metrics (127.0.0.1:9443)",
		    .text = &f.local },
		{ .name = "tls-cert",
		    .argument = "FILE",
		    .help = "the server's certificate with its chain, PEM",
		    .text = &f.certificate },
		{ .name = "tls-key",
		    .argument = "FILE",
		    .help = "and its key; without both: plain HTTP behind a proxy",
		    .text = &f.tls_key },
		{ .name = "user",
		    .argument = "USER",
		    .help = "whom the daemon runs as when root starts it",
		    .text = &f.user },
		{ .name = "group", .argument = "GROUP", .help = "and in which group (the user's)", .text = &f.group },
		{ .name = "operator",
		    .argument = "USER",
		    .help = "may use watashictl (you); may be given again",
		    .list = &f.operators },
		{ .name = "key-type",
		    .argument = "TYPE",
		    .help = "of metadata's key: rsa-2048 (default), rsa-3072, rsa-4096, p-256, p-384",
		    .text = &f.key_type },
		{ .name = "key-uri",
		    .argument = "URI",
		    .help = "pkcs11:… for a key in a token (a file in keys/)",
		    .text = &f.key_uri },
		{ .name = "list-key-type",
		    .argument = "TYPE",
		    .help = "of the trusted list's key (p-256)",
		    .text = &f.list_key_type },
		{ .name = "list-key-uri",
		    .argument = "URI",
		    .help = "pkcs11:… for that key in a token (a file in keys/)",
		    .text = &f.list_key_uri },
		{ .name = "ledger-key-uri",
		    .argument = "URI",
		    .help = "pkcs11:… for the ledger's key, Ed25519, in a token (a file in keys/)",
		    .text = &f.ledger_key_uri },
		{ .name = "pages",
		    .argument = "DIRECTORY",
		    .help = "pages to serve (the installed ones)",
		    .text = &f.pages },
		{ 0 },
	};
	struct usage full = usage;
	struct problem why = { 0 };
	enum ending ending;

	full.flags = flags;
	if (!arguments_read(ctl, &full, argc, argv, &f.directory, &ending))
		return ending;
	f.directory = without_slashes(ctl->arena, f.directory);
	if (!f.publisher)
		f.publisher = f.registration_authority;
	if (needed_check(&f, &why) != OK) {
		refused(&why);
		return USED_WRONGLY;
	}
	if (founding_check(ctl, &f, &why) != OK || found(ctl, &f, &why) != OK)
		return refused(&why);
	founded_show(ctl, &f);
	return DONE;
}
