/* daemon/config_person.h - the configuration's section "person" as a value. */
#pragma once

#include "transaction/session/person_settings.h"

struct person_config {
	const char *secret;                 /* file, 32 bytes or more: what secrets at rest are wrapped by */
	const char *relying_party, *identity_provider; /* entity IDs of the operator's own */
	struct requirement_name account, change, staff, personas[PERSONAS];
	struct session_settings session;
	int64_t login_for, parent_age;
	const char *domain;                 /* of passkeys */
	const char **related_origins;       /* other origins where they may be used */
	size_t related_origin_count;
	struct rate_limit limits[PERSON_LIMITS]; /* of one address */
};
