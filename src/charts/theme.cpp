// SPDX-License-Identifier: BSD-3-Clause
#include "charts/theme.hpp"

namespace espalier::detail {

std::string_view theme_css() {
  return R"(:root,.espalier-chart{color-scheme:light dark;
--page:#eef2f5;--card:#ffffff;--ink:#1d2733;--soft:#52606d;--rim:#cfd9e1;--grid:#e6ebf0;--accent:#2f6f4f;
--reference:#76828e;--heat:#2f7fc4;
--s1:#1f66b0;--s2:#c2500c;--s3:#0c7f74;--s4:#a3307d;--s5:#7a6a00;--s6:#4b5563}
@media(prefers-color-scheme:dark){:root,.espalier-chart{
--page:#10161c;--card:#181f26;--ink:#e3e9ef;--soft:#9aa8b5;--rim:#37434f;--grid:#28323c;--accent:#7fc8a0;
--reference:#84919d;--heat:#3d8fd6;
--s1:#6cb0f2;--s2:#f39a57;--s3:#45c4b2;--s4:#ea8ccb;--s5:#d8c94f;--s6:#b4bfca}}
.espalier-chart{display:block;width:100%;height:auto;font:13px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
.espalier-chart text{fill:var(--ink)}
.espalier-chart .title{font-size:15px;font-weight:600}
.espalier-chart .soft{fill:var(--soft)}
.espalier-chart .small{font-size:11.5px}
.espalier-chart .tiny{font-size:8px}
.espalier-chart .strong{font-size:16px;font-weight:600}
.espalier-chart .end{text-anchor:end}
.espalier-chart .middle{text-anchor:middle}
.espalier-chart .ground{fill:var(--card)}
.espalier-chart .grid{stroke:var(--grid);stroke-width:1;fill:none}
.espalier-chart .axis{stroke:var(--reference);stroke-width:1;fill:none}
.espalier-chart .line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}
.espalier-chart .mark{stroke:var(--card);stroke-width:1.5}
.espalier-chart .reference{fill:none;stroke:var(--reference);stroke-width:1.5;stroke-dasharray:5 4}
.espalier-chart .bar{fill:var(--s1)}
.espalier-chart .heat{fill:var(--heat)}
.espalier-chart .s1{stroke:var(--s1)}.espalier-chart .f1{fill:var(--s1)}
.espalier-chart .s2{stroke:var(--s2);stroke-dasharray:9 4}.espalier-chart .f2{fill:var(--s2)}
.espalier-chart .s3{stroke:var(--s3);stroke-dasharray:2 4}.espalier-chart .f3{fill:var(--s3)}
.espalier-chart .s4{stroke:var(--s4);stroke-dasharray:10 4 2 4}.espalier-chart .f4{fill:var(--s4)}
.espalier-chart .s5{stroke:var(--s5);stroke-dasharray:5 3}.espalier-chart .f5{fill:var(--s5)}
.espalier-chart .s6{stroke:var(--s6);stroke-dasharray:12 3 2 3 2 3}.espalier-chart .f6{fill:var(--s6)}
)";
}

}  // namespace espalier::detail
