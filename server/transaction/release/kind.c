/* transaction/release/kind.c - what can be told of a person, by its name in each protocol. */
#include "transaction/release/release.h"

#define TEXT(ja, en) { { (const uint8_t *)(ja), sizeof(ja) - 1 }, { (const uint8_t *)(en), sizeof(en) - 1 } }

static const struct release_kind kinds[] = {
	{ "name", TEXT("氏名", "Name"), "name", 0, false, "urn:oid:2.16.840.1.113730.3.1.241" }, /* displayName */
	{ "name#ja-Kana-JP", TEXT("氏名のフリガナ", "Name in kana"), "name#ja-Kana-JP", 0, false, NULL },
	{ "family_name", TEXT("姓", "Family name"), "family_name", 0, false, "urn:oid:2.5.4.4" }, /* sn */
	{ "given_name", TEXT("名", "Given name"), "given_name", 0, false, "urn:oid:2.5.4.42" },
	{ "nickname", TEXT("ニックネーム", "Nickname"), "nickname", 0, false, NULL },
	{ "birthdate", TEXT("生年月日", "Date of birth"), "birthdate", 0, false,
	  "urn:oid:1.3.6.1.4.1.25178.1.2.3" }, /* schacDateOfBirth */
	{ "age_over_18", TEXT("18歳以上かどうか", "Whether 18 or older"), "birthdate", 18, false, NULL },
	{ "age_over_20", TEXT("20歳以上かどうか", "Whether 20 or older"), "birthdate", 20, false, NULL },
	{ "age_over_65", TEXT("65歳以上かどうか", "Whether 65 or older"), "birthdate", 65, false, NULL },
	{ "gender", TEXT("性別", "Sex"), "gender", 0, false, "urn:oid:1.3.6.1.4.1.25178.1.2.2" }, /* schacGender */
	{ "address", TEXT("住所", "Address"), "address", 0, false, "urn:oid:2.5.4.16" }, /* postalAddress */
	{ "address_region", TEXT("都道府県", "Prefecture"), "address", 0, true, "urn:oid:2.5.4.8" }, /* st */
	{ "email", TEXT("メールアドレス", "Mail address"), NULL, 0, false, "urn:oid:0.9.2342.19200300.100.1.3" },
	{ "phone_number", TEXT("電話番号", "Telephone number"), "phone_number", 0, false, "urn:oid:2.5.4.20" },
	{ "organization", TEXT("勤務先・所属", "Organisation"), "organization", 0, false,
	  "urn:oid:2.5.4.10" }, /* o */
	{ "department", TEXT("部署", "Department"), "department", 0, false, "urn:oid:2.5.4.11" }, /* ou */
	{ "job_title", TEXT("役職", "Job title"), "job_title", 0, false, "urn:oid:2.5.4.12" }, /* title */
	{ "website", TEXT("ウェブサイト", "Web site"), "website", 0, false, NULL },
};
_Static_assert(COUNT(kinds) <= RELEASE_KINDS, "an offer can hold all of them");

/* Names that mean the same where relying parties use them. */
static const struct {
	const char *other, *kind;
} others[] = {
	{ "urn:oid:2.5.4.3", "name" }, /* cn */
	{ "email_verified", "email" },
	{ "phone_number_verified", "phone_number" },
};

const struct release_kind *
release_kind_find(struct span name)
{
	for (size_t i = 0; i < COUNT(others); i++)
		if (span_is(name, others[i].other))
			name = span_text(others[i].kind);
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_is(name, kinds[i].name) || (kinds[i].saml && span_is(name, kinds[i].saml)))
			return &kinds[i];
	return NULL;
}

const struct release_kind *
release_kind_at(size_t index)
{
	return index < COUNT(kinds) ? &kinds[index] : NULL;
}

bool
release_kind_is_derived(const struct release_kind *k)
{
	return k->age || k->region;
}
