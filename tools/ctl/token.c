/* tools/ctl/token.c - `watashictl token`: machine callers of members, their tokens and keys
 * (transaction/caller/caller.h). */
#include <stdio.h>

#include "base/file.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/jwt.h"
#include "crypto/public_key.h"
#include "ctl/client.h"

#define KEY_FILE_LARGEST (64 * KIB)
#define PEM_LINE 64
#define RIGHTS "audit, client, decide, proofing, register, terminal or vouch; may be given again"
#define RATE_LARGEST 1000000

static enum err
callers_ask(struct ctl *ctl, const char *name, struct buffer *body, json_t **answer, struct problem *why)
{
	const struct ctl_question question = {
		.path = !name[0] ? "/v1/control/callers" : arena_print(ctl->arena, "/v1/control/callers/%.*s",
		    SPAN_ARGS(percent_write(ctl->arena, span_text(name)))),
		.post = true,
		.content_type = "application/json",
		.body = buffer_span(body),
	};
	enum err err = ctl_ask(ctl, &question, answer, why);

	buffer_release(body);
	return err;
}

/* RFC 7468 s13. */
static void
write_pem(struct buffer *b, struct span spki)
{
	struct arena a = arena_init(256 * KIB);
	struct buffer pem = buffer_init(256 * KIB);
	struct span letters = base64_write(&a, spki);

	buffer_text(&pem, "-----BEGIN PUBLIC KEY-----\n");
	for (; letters.size; letters = span_skip(letters, PEM_LINE)) {
		buffer_add(&pem, span_first(letters, PEM_LINE));
		buffer_byte(&pem, '\n');
	}
	buffer_text(&pem, "-----END PUBLIC KEY-----\n");
	json_write_string(b, buffer_span(&pem));
	buffer_release(&pem);
	arena_release(&a);
}

/* `,"key":"…"`: only the public key leaves, whatever the file is. */
static enum err
add_key_file(struct ctl *ctl, struct buffer *b, const char *path, struct problem *why)
{
	struct buffer file = buffer_init(KEY_FILE_LARGEST);
	struct span spki;
	enum err err = file_read(path, &file, why);

	if (err == OK) {
		err = public_key_extract(buffer_span(&file), ctl->arena, &spki, why);
		if (err == OK)
			err = jwt_key_check(spki, why);
		if (err != OK)
			problem_within(why, "%s", path);
	}
	if (err == OK) {
		buffer_text(b, ",\"key\":");
		write_pem(b, spki);
	}
	buffer_release(&file);
	return err;
}

/* token new */

struct making {
	const char *name, *member, *life, *rate, *key;
	struct texts rights;
	bool no_token;
};

static enum ending
making_check(const struct making *m)
{
	uint64_t rate;

	if (!m->member)
		return misused("--member: expected the id of an approved member");
	if (m->rights.count == 0)
		return misused("--right: expected " RIGHTS);
	if (m->rate && (!span_number(span_text(m->rate), &rate) || rate < 1 || rate > RATE_LARGEST))
		return misused("--rate: expected 1 to %d requests a second, found \"%s\"", RATE_LARGEST, m->rate);
	if (m->no_token && !m->key)
		return misused("--no-token goes with --key: the caller must show something");
	return DONE;
}

static enum err
making_write(struct ctl *ctl, const struct making *m, struct buffer *b, struct problem *why)
{
	buffer_byte(b, '{');
	json_write_member(b, "name", span_text(m->name));
	json_write_member(b, "member", span_text(m->member));
	for (size_t i = 0; i < m->rights.count; i++) {
		buffer_text(b, i ? "," : ",\"rights\":[");
		json_write_string(b, span_text(m->rights.items[i]));
	}
	buffer_text(b, "]");
	if (m->life)
		json_write_member(b, "for", span_text(m->life));
	if (m->rate)
		buffer_print(b, ",\"rate\":%s", m->rate);
	if (m->no_token)
		buffer_text(b, ",\"token\":false");
	if (m->key && add_key_file(ctl, b, m->key, why) != OK)
		return why->code;
	buffer_text(b, "}");
	return OK;
}

static bool
is_waiting(const json_t *answer)
{
	return strcmp(answer_text(answer, "outcome"), "waiting") == 0;
}

static void
waiting_say(FILE *to, const char *name, const json_t *answer)
{
	const json_t *approvals = json_object_get(answer, "approvals");

	if (is_waiting(answer))
		fprintf(to, "%s: waits for operators, %lld of %lld have agreed; watashictl token approve %s\n", name,
		    answer_number(approvals, "had"), answer_number(approvals, "needed"), name);
}

/* The token alone on standard output, so that it can go straight into a secret store. */
static void
made_show(const json_t *answer)
{
	const char *token = answer_text(answer, "token"), *key = answer_text(answer, "key");

	if (key[0])
		fprintf(stderr, "%s key sha256 %s\n", is_waiting(answer) ? "proposed" : "registered", key);
	waiting_say(stderr, answer_text(answer, "name"), answer);
	if (token[0]) {
		fputs("This is shown once and kept nowhere here:\n", stderr);
		puts(token);
	}
}

static enum ending
token_new(struct ctl *ctl, int argc, char **argv)
{
	struct making m = { 0 };
	const struct flag flags[] = {
		{ .name = "member", .argument = "ID", .help = "whose machine it is", .text = &m.member },
		{ .name = "right", .argument = "RIGHT",
		    .help = RIGHTS,
		    .list = &m.rights },
		{ .name = "for", .argument = "DURATION", .help = "until when, such as P90D (until it is revoked)",
		    .text = &m.life },
		{ .name = "rate", .argument = "N", .help = "requests a second (as the configuration says)",
		    .text = &m.rate },
		{ .name = "key", .argument = "FILE", .help = "a certificate or public key it has", .text = &m.key },
		{ .name = "no-token", .help = "it shows its key only", .set = &m.no_token },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "token new NAME --member ID --right RIGHT [options]",
		.about =
		    "Makes a machine caller of a member and prints its bearer token, once.\n\n"
		    "  audit     sees every entry of the ledger\n"
		    "  client    the token is the secret of the member's clients of OpenID Connect\n"
		    "  decide    asks for decisions\n"
		    "  proofing  asks for proofing\n"
		    "  register  registers clients of OpenID Connect for the member's relying parties\n"
		    "  terminal  reads people's cards for pages of this server\n"
		    "  vouch     its signed facts count as vouched; needs a key\n\n"
		    "The rights audit and vouch raise trust: where "
		    "more than one operator is asked for, the caller\nwaits for the others (token approve), and its "
		    "token counts from then on.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct buffer body = buffer_init(1 * MIB);
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, &m.name, &ending))
		return ending;
	if (making_check(&m) != DONE)
		return USED_WRONGLY;
	if (making_write(ctl, &m, &body, &why) != OK || callers_ask(ctl, "", &body, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		made_show(answer);
	json_decref(answer);
	return DONE;
}

/* token list */

static bool
unreadable_show(const json_t *row)
{
	bool unreadable = json_is_true(json_object_get(row, "unreadable"));

	if (unreadable)
		printf("%-24s NOT READABLE by this build, so nobody is believed to be it\n", answer_text(row, "name"));
	return unreadable;
}

static void
whose_show(const json_t *row)
{
	const json_t *item;
	size_t i;

	printf("%-24s %-24s", answer_text(row, "name"), answer_text(row, "member"));
	json_array_foreach(json_object_get(row, "rights"), i, item)
		printf("%s%s", i ? "," : " ", json_string_value(item));
}

static void
caller_show(const json_t *caller)
{
	const char *expires = answer_text(caller, "expires"), *standing = answer_text(caller, "standing");
	const json_t *item;
	size_t i;

	if (unreadable_show(caller))
		return;
	whose_show(caller);
	printf("%s", json_is_true(json_object_get(caller, "token")) ? "; token" : "; no token");
	if (expires[0])
		printf(", %s %s", json_is_true(json_object_get(caller, "expired")) ? "EXPIRED" : "until", expires);
	if (answer_number(caller, "rate"))
		printf(", %lld a second", answer_number(caller, "rate"));
	if (strcmp(standing, "approved") != 0)
		printf(", REFUSED: its member is %s", standing);
	putchar('\n');
	json_array_foreach(json_object_get(caller, "keys"), i, item)
		printf("%-24s key sha256 %s\n", "", json_string_value(item));
}

/* What waits for operators: who would be what. */
static void
proposal_show(const json_t *row)
{
	const json_t *approvals = json_object_get(row, "approvals");
	const char *key = answer_text(row, "key"), *expires = answer_text(row, "expires");

	if (unreadable_show(row))
		return;
	whose_show(row);
	printf("; WAITS: %s, proposed by %s%s%s; %lld of %lld operators have agreed\n", answer_text(row, "action"),
	    answer_text(row, "actor"), expires[0] ? ", until " : "", expires, answer_number(approvals, "had"),
	    answer_number(approvals, "needed"));
	if (key[0])
		printf("%-24s key sha256 %s\n", "", key);
}

static enum err
list_ask(struct ctl *ctl, json_t **answer, struct problem *why)
{
	static const struct ctl_question question = { .path = "/v1/control/callers" };

	return ctl_ask(ctl, &question, answer, why);
}

static enum ending
token_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "token list",
		.about = "Every machine caller: its member and rights, until when it counts, its keys' fingerprints;\n"
		         "and what waits for operators.",
	};
	const json_t *row;
	struct problem why;
	enum ending ending;
	json_t *answer;
	size_t i;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (list_ask(ctl, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json) {
		answer_print(answer);
	} else {
		json_array_foreach(json_object_get(answer, "callers"), i, row)
			caller_show(row);
		json_array_foreach(json_object_get(answer, "proposals"), i, row)
			proposal_show(row);
	}
	json_decref(answer);
	return DONE;
}

/* token revoke, key, approve, withdraw */

static enum ending
step(struct ctl *ctl, const char *name, struct buffer *body)
{
	struct problem why;
	json_t *answer;

	if (callers_ask(ctl, name, body, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else if (answer_text(answer, "key")[0])
		printf("%s: %s sha256 %s\n", name, answer_text(answer, "done"), answer_text(answer, "key"));
	else
		printf("%s: %s\n", name, answer_text(answer, "done"));
	if (!ctl->json)
		waiting_say(stdout, name, answer);
	json_decref(answer);
	return DONE;
}

/* What takes the caller's name only. */
static enum ending
plain_step(struct ctl *ctl, const struct usage *usage, const char *action, int argc, char **argv)
{
	struct buffer body = buffer_init(1 * KIB);
	enum ending ending;
	const char *name;

	if (!arguments_read(ctl, usage, argc, argv, &name, &ending))
		return ending;
	buffer_print(&body, "{\"action\":\"%s\"}", action);
	return step(ctl, name, &body);
}

static enum ending
token_revoke(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "token revoke NAME",
		.about =
		    "Ends a machine caller at once: its token, its keys, and every short-lived token it was given.",
		.least = 1,
		.most = 1,
	};

	return plain_step(ctl, &usage, "revoke", argc, argv);
}

static enum ending
token_key(struct ctl *ctl, int argc, char **argv)
{
	const char *name, *file = NULL, *fingerprint = NULL;
	const struct flag flags[] = {
		{ .name = "add", .argument = "FILE", .help = "a certificate or public key, PEM or DER", .text = &file },
		{ .name = "remove", .argument = "FINGERPRINT", .help = "as `token list` shows it",
		    .text = &fingerprint },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "token key NAME --add FILE | --remove FINGERPRINT",
		.about =
		    "Keys of a machine caller: for JWTs it signs (POST /v1/token, vouching) and for its client\n"
		    "certificate. A certificate is only the envelope of its key. Removing one ends the short-lived "
		    "tokens\ntoo. A key of a caller that may audit or vouch waits for as many operators as the caller "
		    "did.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct buffer body = buffer_init(1 * MIB);
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &name, &ending))
		return ending;
	if (!file == !fingerprint)
		return misused("expected one of --add FILE and --remove FINGERPRINT");
	if (file) {
		buffer_text(&body, "{\"action\":\"add-key\"");
		if (add_key_file(ctl, &body, file, &why) != OK)
			return refused(&why);
		buffer_text(&body, "}");
	} else {
		buffer_text(&body, "{\"action\":\"remove-key\",\"fingerprint\":");
		json_write_string(&body, span_text(fingerprint));
		buffer_text(&body, "}");
	}
	return step(ctl, name, &body);
}

/* Shows what is about to be approved, and names it, so that nobody approves what he has not seen. `*proposal` NULL:
 * nothing waits. */
static enum err
waiting_find(struct ctl *ctl, const char *name, const char **proposal, struct problem *why)
{
	const json_t *row;
	json_t *answer;
	size_t i;

	*proposal = NULL;
	if (list_ask(ctl, &answer, why) != OK)
		return problem_within(why, "what waits is not known, and nothing was approved");
	json_array_foreach(json_object_get(answer, "proposals"), i, row) {
		if (strcmp(answer_text(row, "name"), name) != 0 || !answer_text(row, "proposal")[0])
			continue;
		*proposal = arena_text(ctl->arena, span_text(answer_text(row, "proposal")));
		if (!ctl->json) {
			puts("to approve:");
			proposal_show(row);
			fflush(stdout);
		}
	}
	json_decref(answer);
	return OK;
}

static enum ending
token_approve(struct ctl *ctl, int argc, char **argv)
{
	const char *name, *proposal = NULL;
	const struct flag flags[] = {
		{ .name = "proposal", .argument = "DIGEST", .text = &proposal,
		    .help = "only this one (sha256:…, as token list --json has it)" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "token approve NAME [--proposal DIGEST]",
		.about = "Shows what waits, and approves just that: when it is another one meanwhile, the approval\n"
		         "is refused. Whoever proposed it cannot be the second.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct buffer body = buffer_init(1 * KIB);
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &name, &ending))
		return ending;
	if (!proposal && waiting_find(ctl, name, &proposal, &why) != OK)
		return refused(&why);
	buffer_text(&body, "{\"action\":\"approve\"");
	if (proposal)
		json_write_member(&body, "proposal", span_text(proposal));
	buffer_text(&body, "}");
	return step(ctl, name, &body);
}

static enum ending
token_withdraw(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "token withdraw NAME",
		.about = "Takes back what waits for operators. What is in force stays.",
		.least = 1,
		.most = 1,
	};

	return plain_step(ctl, &usage, "withdraw-proposal", argc, argv);
}

static const struct action actions[] = {
	{ "new", "make a machine caller, and print its token once", token_new },
	{ "list", "all callers, their members and rights", token_list },
	{ "key", "register a key of one, or take it away", token_key },
	{ "revoke", "end one", token_revoke },
	{ "approve", "agree to a caller or key that waits for operators", token_approve },
	{ "withdraw", "take back what waits", token_withdraw },
};

enum ending
token_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
