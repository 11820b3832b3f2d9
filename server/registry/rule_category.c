/* registry/rule_category.c - rules about what an entity must be when the registry says it is in a category or
 * certified: REFEDS's entity categories and Sirtfi. */
#include "registry/rule_check.h"

#define CATEGORY "http://macedir.org/entity-category"
#define SUPPORT "http://macedir.org/entity-category-support"
#define CERTIFICATION "urn:oasis:names:tc:SAML:attribute:assurance-certification"
#define URI_FORMAT "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
#define POST "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

#define RESEARCH "http://refeds.org/category/research-and-scholarship"
#define ANONYMOUS "https://refeds.org/category/anonymous"
#define PSEUDONYMOUS "https://refeds.org/category/pseudonymous"
#define PERSONALIZED "https://refeds.org/category/personalized"
#define COCO "https://refeds.org/category/code-of-conduct/v2"
#define HIDDEN "http://refeds.org/category/hide-from-discovery"
#define SIRTFI "https://refeds.org/sirtfi"
#define SIRTFI2 "https://refeds.org/sirtfi2"
#define SECURITY "http://refeds.org/metadata/contactType/security"

static bool
plays(const struct portrait *p, const char *element)
{
	for (size_t i = 0; i < p->role_count; i++)
		if (role_is(&p->roles[i], element))
			return true;
	return false;
}

/* The first of the categories the entity is in: what is said of it is said once. */
static const char *
category_of(const struct portrait *p, const char *const *categories, size_t count, struct span *at)
{
	for (size_t i = 0; i < count; i++)
		if (portrait_has(p, CATEGORY, categories[i], at))
			return categories[i];
	return NULL;
}

static bool
has_contact(const struct portrait *p, const char *type)
{
	for (size_t i = 0; i < p->contact_count; i++)
		if (!type || span_is(p->contacts[i].type, type))
			return true;
	return false;
}

/* Which part of mdui is missing from every SPSSODescriptor, as its element; NULL: none. `lang`: in that language. */
struct shown {
	const char *element;
	size_t texts; /* where in struct portrait_ui */
};
#define SHOWN(element, list) { element, offsetof(struct portrait_ui, list) }

static bool
shows(const struct portrait *p, const struct shown *s, const char *lang)
{
	for (size_t i = 0; i < p->role_count; i++) {
		const struct portrait_ui *ui = &p->roles[i].ui;
		const struct portrait_texts *texts = (const void *)((const char *)ui + s->texts);

		if (!role_is(&p->roles[i], "SPSSODescriptor"))
			continue;
		for (size_t n = 0; n < texts->count; n++)
			if (texts->list[n].text.size &&
			    (!lang || span_equal_nocase(texts->list[n].lang, span_text(lang))))
				return true;
	}
	return false;
}

static void
find_unshown(struct examination *x, struct span at, const struct shown *wanted, size_t count, const char *lang)
{
	for (size_t i = 0; i < count; i++)
		if (!shows(x->portrait, &wanted[i], lang))
			rule_found(x, at, span_text(wanted[i].element));
}

/* Any */

void
check_category_role(struct examination *x)
{
	static const char *const for_services[] = { RESEARCH, ANONYMOUS, PSEUDONYMOUS, PERSONALIZED, COCO };
	struct span at;

	for (size_t i = 0; i < COUNT(for_services); i++)
		if (portrait_has(x->portrait, CATEGORY, for_services[i], &at) && !plays(x->portrait, "SPSSODescriptor"))
			rule_found(x, at, span_text(for_services[i]));
}

void
check_attribute_format(struct examination *x)
{
	static const char *const names[] = { CATEGORY, SUPPORT, CERTIFICATION };

	for (size_t i = 0; i < x->portrait->attribute_count; i++)
		for (size_t n = 0; n < COUNT(names); n++)
			if (span_is(x->portrait->attributes[i].name, names[n]) &&
			    !span_is(x->portrait->attributes[i].name_format, URI_FORMAT))
				rule_found(x, x->portrait->attributes[i].at, x->portrait->attributes[i].name_format);
}

/* Research and scholarship */

void
check_rs_binding(struct examination *x)
{
	struct span at;

	if (!portrait_has(x->portrait, CATEGORY, RESEARCH, &at) || !plays(x->portrait, "SPSSODescriptor"))
		return;
	for (size_t i = 0; i < x->portrait->role_count; i++)
		for (size_t n = 0; n < x->portrait->roles[i].endpoint_count; n++) {
			const struct portrait_endpoint *e = &x->portrait->roles[i].endpoints[n];

			if (strcmp(e->element, "AssertionConsumerService") == 0 && span_is(e->binding, POST))
				return;
		}
	rule_found(x, at, (struct span){ 0 });
}

void
check_rs_ui(struct examination *x)
{
	static const struct shown wanted[] = { SHOWN("DisplayName", names), SHOWN("InformationURL", information_urls) };
	struct span at;

	if (portrait_has(x->portrait, CATEGORY, RESEARCH, &at) && plays(x->portrait, "SPSSODescriptor"))
		find_unshown(x, at, wanted, COUNT(wanted), NULL);
}

void
check_rs_contact(struct examination *x)
{
	struct span at;

	if (portrait_has(x->portrait, CATEGORY, RESEARCH, &at) && !has_contact(x->portrait, "technical"))
		rule_found(x, at, (struct span){ 0 });
}

void
check_rs_attributes(struct examination *x)
{
	struct span at;

	if (!portrait_has(x->portrait, CATEGORY, RESEARCH, &at) || !plays(x->portrait, "SPSSODescriptor"))
		return;
	for (size_t i = 0; i < x->portrait->role_count; i++)
		if (x->portrait->roles[i].requested_count)
			return;
	rule_found(x, at, (struct span){ 0 });
}

/* Anonymous, pseudonymous and personalized access */

static const char *const access[] = { ANONYMOUS, PSEUDONYMOUS, PERSONALIZED };
static const char *const named_access[] = { PSEUDONYMOUS, PERSONALIZED };

void
check_access_contact(struct examination *x)
{
	struct span at;
	const char *category = category_of(x->portrait, access, COUNT(access), &at);

	if (category && !has_contact(x->portrait, NULL))
		rule_found(x, at, span_text(category));
}

void
check_access_ui(struct examination *x)
{
	static const struct shown wanted[] = { SHOWN("DisplayName", names), SHOWN("InformationURL", information_urls) };
	struct span at;

	if (category_of(x->portrait, access, COUNT(access), &at) && plays(x->portrait, "SPSSODescriptor"))
		find_unshown(x, at, wanted, COUNT(wanted), NULL);
}

void
check_access_privacy(struct examination *x)
{
	static const struct shown wanted[] = { SHOWN("PrivacyStatementURL", privacy_urls) };
	struct span at;

	if (category_of(x->portrait, named_access, COUNT(named_access), &at) && plays(x->portrait, "SPSSODescriptor"))
		find_unshown(x, at, wanted, COUNT(wanted), NULL);
}

/* Code of conduct */

void
check_coco_ui(struct examination *x)
{
	static const struct shown wanted[] = { SHOWN("DisplayName", names), SHOWN("Description", descriptions),
		SHOWN("PrivacyStatementURL", privacy_urls) };
	struct span at;

	if (portrait_has(x->portrait, CATEGORY, COCO, &at) && plays(x->portrait, "SPSSODescriptor"))
		find_unshown(x, at, wanted, COUNT(wanted), "en");
}

void
check_coco_attributes(struct examination *x)
{
	struct span at;

	if (!portrait_has(x->portrait, CATEGORY, COCO, &at) || !plays(x->portrait, "SPSSODescriptor"))
		return;
	for (size_t i = 0; i < x->portrait->attribute_count; i++)
		if (span_is(x->portrait->attributes[i].name, "urn:oasis:names:tc:SAML:profiles:subject-id:req") &&
		    x->portrait->attributes[i].value_count)
			return;
	for (size_t i = 0; i < x->portrait->role_count; i++)
		if (role_is(&x->portrait->roles[i], "SPSSODescriptor") && x->portrait->roles[i].attribute_services)
			return;
	rule_found(x, at, (struct span){ 0 });
}

/* What is for identity providers */

void
check_hidden_role(struct examination *x)
{
	struct span at;

	if (portrait_has(x->portrait, CATEGORY, HIDDEN, &at) && !plays(x->portrait, "IDPSSODescriptor"))
		rule_found(x, at, span_text(HIDDEN));
}

void
check_support_role(struct examination *x)
{
	for (size_t i = 0; i < x->portrait->attribute_count; i++) {
		const struct portrait_attribute *a = &x->portrait->attributes[i];

		if (span_is(a->name, SUPPORT) && !plays(x->portrait, "IDPSSODescriptor"))
			rule_found(x, a->at, a->value_count ? a->values[0] : (struct span){ 0 });
	}
}

/* Sirtfi */

void
check_sirtfi_contact(struct examination *x)
{
	bool there = false;
	struct span at;

	if (!portrait_has(x->portrait, CERTIFICATION, SIRTFI, &at) &&
	    !portrait_has(x->portrait, CERTIFICATION, SIRTFI2, &at))
		return;
	for (size_t i = 0; i < x->portrait->contact_count; i++) {
		const struct portrait_contact *c = &x->portrait->contacts[i];
		bool good = c->given_name.size && c->email_count && c->emails[0].size;

		if (!span_is(c->remd_type, SECURITY) || !span_is(c->type, "other"))
			continue;
		there = true;
		if (!good)
			rule_found(x, c->at, span_text(c->given_name.size ? "EmailAddress" : "GivenName"));
	}
	if (!there)
		rule_found(x, at, (struct span){ 0 });
}

void
check_sirtfi_first(struct examination *x)
{
	struct span at;

	if (portrait_has(x->portrait, CERTIFICATION, SIRTFI2, &at) &&
	    !portrait_has(x->portrait, CERTIFICATION, SIRTFI, NULL))
		rule_found(x, at, span_text(SIRTFI2));
}
