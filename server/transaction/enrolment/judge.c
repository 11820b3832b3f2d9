/* transaction/enrolment/judge.c - whose account an enrolment is for, and whether it may be taken over. */
#include "transaction/enrolment/judge.h"

static const struct { const char *word, *ja, *en; } failures[] = {
	{ "other-account",
	    "このカードは、いまログインしている（または仮登録した）アカウントとは別のアカウントのものです。ログアウトして、そのアカウントでやり直してください。",
	    "This card belongs to another account than the one you are logged in to or have just opened. Log out, and "
	    "go on with that other account." },
	{ "other-person",
	    "カードに記録された方は、このアカウントの方と一致しません。ご自分のカードで、やり直してください。",
	    "The person in this card is not the one this account was proved to be of. Use your own card." },
	{ "no-account",
	    "このカードで登録されたアカウントが見つかりません。はじめての方は登録を、カードの更新後の方は登録済みの方法でのログインか、窓口でのお手続きをお願いします。",
	    "No account is known by this card. Enrol if you are new; after your card was renewed, log in another way "
	    "or ask at a registrar's desk." },
	{ "several-accounts",
	    "このカードの方のアカウントが複数見つかりました。窓口でのお手続きをお願いします。",
	    "Several accounts belong to the person of this card: a registrar has to settle that." },
};

/* By a certificate it is known whose account it is. */
static struct enrolment_verdict
judge_known(const struct enrolment_standing *s, const struct id *account)
{
	struct enrolment_verdict v = { .account = ENROLMENT_EXISTING, .found = *account };

	if (id_given(&s->here) && id_equal(&s->here, account))
		v.account = ENROLMENT_THIS;
	else if (id_given(&s->here))
		v = (struct enrolment_verdict){ .account = ENROLMENT_EXISTING, .failed = "other-account" };
	return v;
}

static bool
others_look_so(const struct enrolment_standing *s)
{
	for (size_t i = 0; i < s->similar_count; i++)
		if (!id_given(&s->here) || !id_equal(&s->similar[i], &s->here))
			return true;
	return false;
}

/* Somebody who is logged in, looks like that account, and says that it is this one, has settled it. */
static bool
looks_like_here(const struct enrolment_standing *s)
{
	for (size_t i = 0; i < s->similar_count; i++)
		if (id_given(&s->here) && id_equal(&s->similar[i], &s->here))
			return true;
	return false;
}

struct enrolment_verdict
enrolment_judge(const struct enrolment_standing *s)
{
	if (id_given(&s->owner))
		return judge_known(s, &s->owner);
	if (s->relative_count > 1)
		return (struct enrolment_verdict){ .account = ENROLMENT_SIMILAR, .failed = "several-accounts" };
	if (s->relative_count == 1)
		return judge_known(s, &s->relatives[0]);
	if (others_look_so(s) && !looks_like_here(s))
		return (struct enrolment_verdict){ .account = ENROLMENT_SIMILAR };
	if (id_given(&s->here))
		return (struct enrolment_verdict){ .account = ENROLMENT_THIS, .found = s->here };
	return (struct enrolment_verdict){ .account = ENROLMENT_NEW, .failed = s->reissue ? "no-account" : NULL };
}

struct localized
enrolment_failure_words(const char *failed)
{
	for (size_t i = 0; failed && i < COUNT(failures); i++)
		if (strcmp(failures[i].word, failed) == 0)
			return (struct localized){ span_text(failures[i].ja), span_text(failures[i].en) };
	return (struct localized){ 0 };
}
