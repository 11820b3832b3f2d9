/* front/oidc/front.h - what the files of this front share: its state, its handlers. */
#pragma once

#include "front/oidc/oidc.h"
#include "front/oidc/oidc_keys.h"
#include "front/oidc/token_signing.h"
#include "http/exchange.h"
#include "store/store.h"

struct oidc_front {
	struct loop *loop;
	struct store *store;
	const struct oidc_settings *settings;
};
