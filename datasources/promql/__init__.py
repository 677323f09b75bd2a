"""PromQL before it is sent: variables and `$__macros` written out as their place demands, and mistakes shown with theirs.

text = expand("rate(http_requests_total{job=~\\"$job\\"}[$__rate_interval])", variables={"job": ("a", "b")}, macros=macros)
check(text)
"""

from datasources.promql.check import check
from datasources.promql.expand import expand, validate
from datasources.promql.macros import macros_of, macros_of_tenant
from datasources.promql.mistake import Mistake
from datasources.promql.splitting import looks_back_only
from datasources.promql.tokens import variables_in

__all__ = ["Mistake", "check", "expand", "looks_back_only", "macros_of", "macros_of_tenant", "validate", "variables_in"]
