/* tools/ctl/key.c - `watashictl key`: making a signing key, and bringing it through its life (signer/rollover.h). */
#include <stdio.h>

#include "codec/text.h"
#include "ctl/client.h"
#include "signer/signer.h"

#define YEAR SECONDS(365 * 24 * 60 * 60)

static enum err
key_ask(struct ctl *ctl, const char *name, const char *action, bool force, json_t **answer, struct problem *why)
{
	const struct ctl_question question = {
		.path = arena_print(ctl->arena, "/v1/control/keys/%.*s",
		    SPAN_ARGS(percent_write(ctl->arena, span_text(name)))),
		.post = true,
		.content_type = "application/json",
		.body = span_text(arena_print(ctl->arena, "{\"action\":\"%s\",\"force\":%s}", action,
		    force ? "true" : "false")),
	};

	return ctl_ask(ctl, &question, answer, why);
}

static void
lives_show(const json_t *lives)
{
	const json_t *life;
	size_t i;

	json_array_foreach(lives, i, life) {
		static const char *const moments[] = { "retired", "retiring", "activated", "announced", "created" };
		const char *since = "";

		for (size_t m = 0; m < COUNT(moments) && !since[0]; m++)
			since = answer_text(life, moments[m]);
		printf("%-24s %-12s %-10s since %s  sha256 %s\n", answer_text(life, "name"), answer_text(life, "use"),
		    answer_text(life, "state"), since, answer_text(life, "certificate_sha256"));
	}
}

/* key new */

struct making {
	const char *use, *type, *uri, *common_name, *organization, *years;
};

#define KINDS(type) (1u << (type))

/* What a use takes (signer/descriptor.h says why), the usual one when nothing is said. */
static const struct {
	const char *usual, *named, *expected;
	unsigned types;
} takes[USE_COUNT] = {
	[USE_LEDGER] = { "ed25519", "for a ledger ", "ed25519", KINDS(KEY_ED25519) },
	[USE_PUSH] = { "p-256", "for pushes ", "p-256", KINDS(KEY_P256) },
	[USE_OPENID] = { "p-256", "for openid ", "p-256", KINDS(KEY_P256) },
	[USE_OPENID_RSA] = { "rsa-2048", "for openid-rsa ", "rsa-2048 or rsa-3072",
	    KINDS(KEY_RSA_2048) | KINDS(KEY_RSA_3072) },
};

static enum ending
making_read(const struct making *m, struct new_key *key)
{
	const char *usual;
	uint64_t years;

	key->use = key_use_read(span_text(m->use));
	if (key->use == USE_NONE)
		return misused("--use: expected metadata, trusted-list, ledger, push, openid or openid-rsa, "
		    "found \"%s\"", m->use);
	usual = takes[key->use].usual ? takes[key->use].usual : "rsa-2048";
	key->type = key_type_read(span_text(m->type ? m->type : usual));
	if (takes[key->use].types && !(takes[key->use].types & KINDS(key->type)))
		return misused("--type: %sexpected %s, found \"%s\"", takes[key->use].named, takes[key->use].expected,
		    m->type);
	if (!takes[key->use].types && (key->type == KEY_UNKNOWN || key->type == KEY_ED25519))
		return misused("--type: expected rsa-2048, rsa-3072, rsa-4096, p-256 or p-384, found \"%s\"",
		    m->type);
	if (!span_number(span_text(m->years), &years) || years < 1 || years > 40)
		return misused("--years: expected 1 to 40, found \"%s\"", m->years);
	key->valid_for = (int64_t)years * YEAR;
	key->uri = m->uri;
	return DONE;
}

/* The daemon starts processes that have it open when it has been adopted. */
static enum ending
key_adopt(struct ctl *ctl, const char *name)
{
	enum ending ending = DONE;
	json_t *adopted = NULL;
	struct problem why;

	if (key_ask(ctl, name, "adopt", false, &adopted, &why) != OK) {
		if (!ctl->absent)
			ending = refused(&why);
		else if (!ctl->json)
			printf("The daemon does not run; once it does: watashictl key adopt %s\n", name);
	} else if (!ctl->json) {
		printf("The daemon has adopted it. Next: watashictl key announce %s\n", name);
	}
	if (ctl->json)
		printf("{\"name\":\"%s\",\"adopted\":%s}\n", name, adopted ? "true" : "false");
	json_decref(adopted);
	return ending;
}

static enum ending
key_new(struct ctl *ctl, int argc, char **argv)
{
	struct making m = { .use = "metadata", .years = "10" };
	const struct flag flags[] = {
		{ .name = "type",
		    .argument = "TYPE",
		    .help = "rsa-2048 (default), rsa-3072, rsa-4096, p-256, p-384; of a ledger ed25519, of pushes "
		    "and openid p-256",
		    .text = &m.type },
		{ .name = "uri",
		    .argument = "URI",
		    .help = "where: file:NAME.pem (default) or pkcs11:…",
		    .text = &m.uri },
		{ .name = "use",
		    .argument = "USE",
		    .help = "what it signs: metadata (default), trusted-list, ledger, push, openid (ES256 tokens) or "
		    "openid-rsa (RS256 tokens)",
		    .text = &m.use },
		{ .name = "common-name",
		    .argument = "NAME",
		    .help = "of its certificate (the federation's)",
		    .text = &m.common_name },
		{ .name = "organization",
		    .argument = "NAME",
		    .help = "of a trusted list's certificate (who runs the federation)",
		    .text = &m.organization },
		{ .name = "years", .argument = "N", .help = "its certificate is valid for (10)", .text = &m.years },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "key new NAME [options]",
		.about =
		    "Makes a key, its self-signed certificate and its descriptor in the keys directory, all or nothing,"
		    "\nand asks the daemon, when it runs, to adopt it. The key signs nothing before it is activated.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct new_key key = { .now = clock_now() };
	struct config config;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &key.name, &ending))
		return ending;
	if (making_read(&m, &key) != DONE)
		return USED_WRONGLY;
	if (ctl_config(ctl, &config, &why) != OK)
		return refused(&why);
	key.common_name = m.common_name ? m.common_name : config.federation.name_en;
	if (key.use == USE_TRUSTED_LIST) {
		key.organization = m.organization ? m.organization : config.federation.operator_en;
		key.country = config.federation.territory;
	} else if (m.organization) {
		return misused("--organization goes with --use trusted-list");
	}
	if (key_descriptor_new(config.keys, &key, &why) != OK)
		return refused(&why);
	if (!ctl->json)
		printf("made key %s in %s\n", key.name, config.keys);
	return key_adopt(ctl, key.name);
}

/* key list */

static enum ending
key_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "key list",
		.about = "Every key the daemon knows, with its state and the fingerprint of its certificate.",
	};
	static const struct ctl_question question = { .path = "/v1/control/keys" };
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		lives_show(json_object_get(answer, "keys"));
	json_decref(answer);
	return DONE;
}

/* key adopt, announce, activate, retire: the daemon decides; force skips only the waiting times. */

static enum ending
key_step(struct ctl *ctl, int argc, char **argv)
{
	bool force = false;
	const struct flag flags[] = {
		{ .name = "force", .help = "do not wait the times members need to follow", .set = &force },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = arena_print(ctl->arena, "key %s NAME [--force]", argv[0]),
		.about =
		    "created -> announced -> active -> (the next key becomes active) -> retiring -> retired\n\nAn "
		    "announced key is published beside the active one, so that members know it before it signs;\na "
		    "retiring one stays published until the last signature it made has expired.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct problem why;
	enum ending ending;
	const char *name;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, &name, &ending))
		return ending;
	if (key_ask(ctl, name, argv[0], force, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		lives_show(json_object_get(answer, "changed"));
	json_decref(answer);
	return DONE;
}

static const struct action actions[] = {
	{ "new", "make a key, its certificate and its descriptor", key_new },
	{ "list", "all keys and their states", key_list },
	{ "adopt", "let the daemon know a key made while it did not run", key_step },
	{ "announce", "publish it beside the active one", key_step },
	{ "activate", "sign with it from now on", key_step },
	{ "retire", "stop publishing a key that signs no more", key_step },
};

enum ending
key_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
