r"""What a LaTeX document of ours begins with: for pdflatex, lualatex and xelatex, with article, amsmath, amssymb,
lmodern and the packages of every LaTeX installation (iftex, geometry, graphicx, xcolor); or with a course's own.

A formula too wide for its column is set across the page, then broken at its signs and between its factors, and
only where a single piece is wider than the page is it made smaller.
"""

from __future__ import annotations

import re

from derive.errors import DeriveError

TEMPLATE, ENDS = "% the template begins: ", "% the template ends"

_CLASS = r"""\documentclass[SIZE,a4paper]{article}
\usepackage[hmargin=23mm,top=16mm,bottom=17mm,footskip=8mm]{geometry}
\usepackage{iftex}
\ifpdftex \usepackage[utf8]{inputenc} \fi
\def\poorest{OT1} \edef\found{\encodingdefault} \ifx\found\poorest \usepackage[T1]{fontenc} \fi % else Unicode
\usepackage{lmodern}
"""
_PACKAGES = r"""\usepackage{iftex,amsmath,amssymb,graphicx,xcolor}
\ifpdftex \pdfinfoomitdate=1 \pdftrailerid{} \pdfsuppressptexinfo=-1 \fi
"""
_MACROS = r"""\setlength{\parindent}{0pt} \setlength{\parskip}{0.4ex plus 0.3ex} \raggedbottom
\emergencystretch=3em \hbadness=10000 \relpenalty=30 \binoppenalty=60 % break at signs, else between factors
\definecolor{tint}{gray}{0.955} \definecolor{edge}{gray}{0.60} \definecolor{faint}{gray}{0.33}
\definecolor{warn}{rgb}{0.55,0.13,0.09}
\newsavebox{\formula} \newlength{\room} \newcounter{step}
% #1 on one line when it fits the room, else broken at its signs with the rest indented
\newcommand{\broken}[1]{\parbox{\room}{\raggedright\hangindent=1.6em\hangafter=1 $\displaystyle #1$}}
\newcommand{\fitted}[1]{\sbox{\formula}{$\displaystyle #1$}%
  \ifdim\wd\formula>\room \broken{#1}\else\usebox{\formula}\fi}
\newcommand{\shrunk}[1]{\sbox{\formula}{$\displaystyle #1$}%
  \ifdim\wd\formula>\room \resizebox{\room}{!}{\usebox{\formula}}\else\usebox{\formula}\fi}
% a statement in its frame
\newcommand{\framed}[2]{\setlength{\room}{\dimexpr\linewidth-2em}%
  \begin{center}\setlength{\fboxsep}{0.8em}\fcolorbox{edge}{tint}{#1{#2}}\end{center}}
% how a line begins, a definition among others on one line, and what is set apart more quietly
\newcommand{\start}[2]{\par\addvspace{0.5ex}\setlength{\room}{\linewidth}#1{#2}\par}
\newcommand{\defined}[2]{\setlength{\room}{0.97\linewidth}\mbox{#1{#2}}\hskip 2em plus 1em\penalty0 }
\newcommand{\quiet}[1]{\par\addvspace{1ex plus 0.4ex}{\footnotesize\color{faint}\raggedright #1\par}}
% a line with its reason: beside it, or below where the line is long; the last line ends with \lastmark
\newcommand{\lastmark}{} \newlength{\gap} \setlength{\gap}{0.8ex plus 0.35ex}
\newcommand{\numbered}{\hfill(\thestep)\rlap{\enspace\lastmark}\par}
\newcommand{\reason}[1]{\raggedright\small #1}
\newcommand{\step}[4]{\stepcounter{step}\par\addvspace{\gap}%
  \sbox{\formula}{$\displaystyle {}#4 #2$}\setlength{\room}{0.605\linewidth}%
  \ifdim\wd\formula>\room \setlength{\room}{\dimexpr\linewidth-4.2em}%
    \hspace*{1.4em}#1{{}#4 #2}\numbered\nobreak
    \hspace*{2.9em}\parbox[t]{\dimexpr\linewidth-7em}{\reason{#3}}\par
  \else
    \hspace*{1.4em}\makebox[0.62\linewidth][l]{\usebox{\formula}}%
    \parbox{\dimexpr0.38\linewidth-4.4em}{\reason{#3}}\numbered
  \fi}
\newcommand{\headline}[1]{\par\addvspace{\glueexpr\gap*2\relax}%
  {\bfseries\raggedright #1\par}\nobreak\addvspace{0.4ex}}
"""


def preamble(template: str = "", name: str = "template", size: str = "10pt") -> str:
    r"""Everything before \begin{document}: a template with a \documentclass instead of our class and fonts, another
    after all that is ours. Raises DeriveError for a template that is a whole document."""
    code = "\n".join(line.partition("%")[0] for line in template.splitlines())
    if r"\begin{document}" in code:
        raise DeriveError(
            rf"{name} is a whole document; a template is a preamble, what stands before \begin{{document}}"
        )
    ours = _CLASS.replace("SIZE", size) + _PACKAGES + _MACROS
    if not template.strip():
        return ours
    marked = f"{TEMPLATE}{' '.join(name.split())}\n{template.rstrip()}\n{ENDS}\n"
    if re.search(r"\\documentclass\b", code):
        return marked + _PACKAGES + _MACROS
    return ours + marked


def entitled(title: str) -> str:
    """The title among the data of the PDF, in letters that every reader shows."""
    shown = re.sub(r"[^A-Za-z0-9 .,:;=+-]", " ", title.encode("ascii", "replace").decode())
    return rf"\ifpdftex\pdfinfo{{/Title ({shown})}}\fi\ifluatex\pdfextension info{{/Title ({shown})}}\fi" + "\n"
