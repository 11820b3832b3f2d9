/* tools/ctl/person.c - `watashictl person`: one person's account, staff's or not, its authenticators stopped
 * (transaction/account/person_order.h). Nobody lists persons: an account is asked for by its number.
 */
#include <stdio.h>

#include "codec/json_writer.h"
#include "codec/text.h"
#include "ctl/client.h"
#include "ctl/person.h"

static enum err
person_ask(struct ctl *ctl, const char *number, struct buffer *body, json_t **answer, struct problem *why)
{
	const struct ctl_question question = {
		.path = arena_print(ctl->arena, "/v1/control/persons/%.*s",
		    SPAN_ARGS(percent_write(ctl->arena, span_text(number)))),
		.post = body != NULL,
		.content_type = body ? "application/json" : NULL,
		.body = body ? buffer_span(body) : (struct span){ 0 },
	};
	enum err err = ctl_ask(ctl, &question, answer, why);

	if (body)
		buffer_release(body);
	return err;
}

/* Showing */

static void
list_show(const json_t *list, const char *none)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		fputs(none, stdout);
	json_array_foreach(list, i, item)
		printf("%s%s", i ? ", " : "", json_string_value(item));
}

static void
proofings_show(const json_t *list)
{
	const json_t *p;
	size_t i;

	json_array_foreach(list, i, p) {
		printf("  %s  %s", answer_text(p, "at"), answer_text(p, "method"));
		if (answer_text(p, "evidence")[0])
			printf(" (%s)", answer_text(p, "evidence"));
		if (json_array_size(json_object_get(p, "by"))) {
			fputs(" by ", stdout);
			list_show(json_object_get(p, "by"), "");
		}
		putchar('\n');
	}
}

static void
authenticators_show(const json_t *answer)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(answer, "authenticators"), i, c) {
		printf("  %s  %-9s %-9s", answer_text(c, "id"), answer_text(c, "kind"), answer_text(c, "state"));
		if (answer_text(c, "reason")[0])
			printf(" %s (%s)", answer_text(c, "reason"), answer_text(c, "actor"));
		printf("  used %s\n", answer_text(c, "used")[0] ? answer_text(c, "used") : "never");
	}
	if (json_is_true(json_object_get(answer, "more")))
		puts("  and more");
}

static void
person_print(const json_t *answer)
{
	printf("%s  %s since %s\n", answer_text(answer, "number"), answer_text(answer, "standing"),
	    answer_text(answer, "created"));
	fputs("staff: ", stdout);
	list_show(json_object_get(answer, "staff"), "no");
	printf("\nconfirmed addresses: %lld\nproofings:%s\n", answer_number(answer, "contacts"),
	    json_array_size(json_object_get(answer, "proofings")) ? "" : " none");
	proofings_show(json_object_get(answer, "proofings"));
	printf("authenticators:%s\n", json_array_size(json_object_get(answer, "authenticators")) ? "" : " none");
	authenticators_show(answer);
}

/* What became of an order; then how the account stands. */
static void
outcome_print(const json_t *answer)
{
	const json_t *approvals = json_object_get(answer, "approvals");
	const char *outcome = answer_text(answer, "outcome");

	if (strcmp(outcome, "waiting") == 0)
		printf("%s: waits for operators, %lld of %lld have agreed; each says the same\n",
		    answer_text(answer, "number"), answer_number(approvals, "had"),
		    answer_number(approvals, "needed"));
	else
		printf("%s: %s\n", answer_text(answer, "number"),
		    strcmp(outcome, "changed") == 0 ? "done" : "nothing to do, it is so already");
}

static enum ending
answer_show(struct ctl *ctl, json_t *answer, void (*print)(const json_t *))
{
	if (ctl->json)
		answer_print(answer);
	else
		print(answer);
	json_decref(answer);
	return DONE;
}

/* Actions */

static enum ending
show_run(struct ctl *ctl, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "person show NUMBER",
		.about = "How an account stands, its proofings and its authenticators: no attribute, address or name.",
		.least = 1,
		.most = 1,
	};
	const char *number;
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, &number, &ending))
		return ending;
	if (person_ask(ctl, number, NULL, &answer, &why) != OK)
		return refused(&why);
	return answer_show(ctl, answer, person_print);
}

static enum ending
order(struct ctl *ctl, const char *number, struct buffer *body)
{
	struct problem why;
	json_t *answer;

	if (person_ask(ctl, number, body, &answer, &why) != OK)
		return refused(&why);
	return answer_show(ctl, answer, outcome_print);
}

static enum ending
staff_run(struct ctl *ctl, int argc, char **argv)
{
	const char *number, *grant = NULL, *revoke = NULL;
	const struct flag flags[] = {
		{ .name = "grant", .argument = "ROLE", .help = "registrar: proofs people at the desk", .text = &grant },
		{ .name = "revoke", .argument = "ROLE", .help = "takes it away, at once", .text = &revoke },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "person staff NUMBER --grant ROLE | --revoke ROLE",
		.about = "Makes an account a member of the staff's, who logs in as everybody does. Others rely on\n"
		         "whom a registrar saw: granting takes as many operators as raising trust does, each of whom\n"
		         "says the same.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct buffer body = buffer_init(4 * KIB);
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &number, &ending))
		return ending;
	if (!grant == !revoke)
		return misused("expected --grant or --revoke, found %s", grant ? "both" : "neither");
	buffer_byte(&body, '{');
	json_write_member(&body, "action", span_text(grant ? "grant" : "withdraw"));
	json_write_member(&body, "role", span_text(grant ? grant : revoke));
	buffer_byte(&body, '}');
	return order(ctl, number, &body);
}

static enum ending
credential_step(struct ctl *ctl, int argc, char **argv, const struct usage *usage, const char **reason,
    const char *action)
{
	const char *operands[2];
	struct buffer body = buffer_init(4 * KIB);
	enum ending ending;

	if (!arguments_read(ctl, usage, argc, argv, operands, &ending))
		return ending;
	if (!*reason)
		return misused("--reason: expected a word such as lost or abused, found nothing");
	buffer_byte(&body, '{');
	json_write_member(&body, "action", span_text(action));
	json_write_member(&body, "credential", span_text(operands[1]));
	json_write_member(&body, "reason", span_text(*reason));
	buffer_byte(&body, '}');
	return order(ctl, operands[0], &body);
}

#define REASON_HELP "why, a word such as lost or abused: the person is told"

static enum ending
suspend_run(struct ctl *ctl, int argc, char **argv)
{
	const char *reason = NULL;
	const struct flag flags[] = {
		{ .name = "reason", .argument = "WORD", .help = REASON_HELP, .text = &reason },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "person suspend NUMBER AUTHENTICATOR --reason WORD",
		.about = "Nobody logs in with that authenticator until the person resumes it with another one.",
		.flags = flags,
		.least = 2,
		.most = 2,
	};

	return credential_step(ctl, argc, argv, &usage, &reason, "suspend");
}

static enum ending
revoke_run(struct ctl *ctl, int argc, char **argv)
{
	const char *reason = NULL;
	const struct flag flags[] = {
		{ .name = "reason", .argument = "WORD", .help = REASON_HELP, .text = &reason },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "person revoke NUMBER AUTHENTICATOR --reason WORD",
		.about = "Ends an authenticator for good; the person may enrol it, or another one, anew.",
		.flags = flags,
		.least = 2,
		.most = 2,
	};

	return credential_step(ctl, argc, argv, &usage, &reason, "revoke");
}

enum ending
person_run(struct ctl *ctl, int argc, char **argv)
{
	static const struct action actions[] = {
		{ "show", "how one account stands, its proofings and authenticators", show_run },
		{ "staff", "make an account a registrar's, or no longer", staff_run },
		{ "suspend", "stop an authenticator", suspend_run },
		{ "revoke", "end an authenticator", revoke_run },
		{ "erase", "erase an account for good, when its person asks for it", person_erase },
	};

	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
