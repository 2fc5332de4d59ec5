# The models of the protocols, checked with spin. Included by the top-level Makefile.
#   make model MODELS="guard pass"

MODELS :=

ifeq ($(PORT)$(SANITIZE)$(ARCH),linux)
TEST_SCRIPTS_linux += tests/model/quick.sh
endif

.PHONY: model
model: ## check the models of the protocols, and that each broken variant is found (Linux; about 5 minutes)
	@port/linux/setup $(PACKAGES)
	@tests/model/check $(MODELS)
