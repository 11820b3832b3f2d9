/* transaction/desk/likeness.c - whoever looks like the person at the desk. */
#include "transaction/desk/likeness.h"

#include <assert.h>

_Static_assert(DESK_SIMILAR >= LIKENESS_ACCOUNTS, "a case has room for all who look alike");

void
desk_proofed(const struct desk_application *a, struct proofed_attribute out[DESK_PROOFED])
{
	out[0] = (struct proofed_attribute){ "name", a->name };
	out[1] = (struct proofed_attribute){ "birthdate", a->birthdate };
	out[2] = (struct proofed_attribute){ "gender", a->gender };
	out[3] = (struct proofed_attribute){ "address", a->address };
}

/* A document that says nothing of the sex contradicts nothing that is known of it. */
size_t
desk_told(const struct desk_application *a, const struct attributes *known,
    struct proofed_attribute out[DESK_PROOFED])
{
	const bool sex = !span_is(a->gender, "unspecified") || !attribute_find(known, "gender");
	struct proofed_attribute all[DESK_PROOFED];
	size_t count = 0;

	desk_proofed(a, all);
	for (size_t i = 0; i < COUNT(all); i++)
		if (sex || strcmp(all[i].name, "gender") != 0)
			out[count++] = all[i];
	return count;
}

enum err
desk_account_check(const struct account *account, const struct attributes *known, const struct desk_application *a,
    struct problem *why)
{
	struct proofed_attribute told[DESK_PROOFED];
	const size_t count = desk_told(a, known, told);

	if (account->staff)
		return problem_set(why, ERR_DENIED, "", "/account: an account of staff is not done at the desk: an "
		    "operator withdraws the role first (watashictl person staff)");
	if (account->standing == ACCOUNT_FULL && !attributes_fit(known, told, count))
		return problem_set(why, ERR_DENIED, "", "/account: it was proved to be another person's: name, date of "
		    "birth, sex or address do not fit; mistype nothing, and let an operator look at it");
	return OK;
}

void
desk_likeness(const struct wrapping *w, const struct desk_application *a, struct likeness *out)
{
	struct proofed_attribute proofed[DESK_PROOFED];
	const struct id nobody = { { 0 } };
	struct attributes all = { .count = 0 };
	bool known;

	desk_proofed(a, proofed);
	attributes_take(&all, proofed, COUNT(proofed), ATTRIBUTE_FROM_DESK, &nobody, (struct instant){ 0 });
	known = likeness_of(w, &all, out);
	assert(known); /* the application was checked */
	(void)known;
}

static bool
is_known(const struct desk_case *c, const struct id *account)
{
	if (id_equal(&c->account, account))
		return true;
	for (size_t i = 0; i < c->similar_count; i++)
		if (id_equal(&c->similar[i].account, account))
			return true;
	return false;
}

size_t
desk_similar_ask(const struct likeness *l, const struct desk_case *c, struct ask out[LIKENESS_ACCOUNTS])
{
	size_t count = 0;

	for (size_t i = 0; i < l->count; i++)
		if (!is_known(c, &l->accounts[i]))
			out[count++] = account_ask(&l->accounts[i]);
	return count;
}

enum err
desk_similar_loaded(struct arena *arena, const struct ask *asks, size_t count, struct desk_case *c, size_t *found,
    struct problem *why)
{
	*found = 0;
	for (size_t i = 0; i < count; i++) {
		struct account a;
		enum err err = account_loaded(arena, &asks[i], &a, why);

		if (err == OK && desk_case_find_similar(c, &a))
			++*found;
		else if (err != OK && err != ERR_NOT_FOUND)
			return err;
	}
	return OK;
}
