// One function an element: attributes first, content in the braces. Only elements that pages use
// are here; a script element takes no content, because pages carry no inline script.

/// `<html>`
public func documentRoot(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<html", "</html>"), attributes, content()))
}

/// `<head>`
public func documentHead(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<head", "</head>"), attributes, content()))
}

/// `<title>`
public func documentTitle(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<title", "</title>"), attributes, content()))
}

/// `<body>`
public func documentBody(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<body", "</body>"), attributes, content()))
}

/// `<header>`
public func pageHeader(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<header", "</header>"), attributes, content()))
}

/// `<nav>`
public func nav(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<nav", "</nav>"), attributes, content()))
}

/// `<main>`
public func mainContent(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<main", "</main>"), attributes, content()))
}

/// `<footer>`
public func footer(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<footer", "</footer>"), attributes, content()))
}

/// `<section>`
public func section(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<section", "</section>"), attributes, content()))
}

/// `<article>`
public func article(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<article", "</article>"), attributes, content()))
}

/// `<aside>`
public func aside(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<aside", "</aside>"), attributes, content()))
}

/// `<div>`
public func div(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<div", "</div>"), attributes, content()))
}

/// `<span>`
public func span(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<span", "</span>"), attributes, content()))
}

/// `<p>`
public func p(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<p", "</p>"), attributes, content()))
}

/// `<h1>`
public func h1(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<h1", "</h1>"), attributes, content()))
}

/// `<h2>`
public func h2(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<h2", "</h2>"), attributes, content()))
}

/// `<h3>`
public func h3(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<h3", "</h3>"), attributes, content()))
}

/// `<h4>`
public func h4(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<h4", "</h4>"), attributes, content()))
}

/// `<a>`
public func a(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<a", "</a>"), attributes, content()))
}

/// `<strong>`
public func strong(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<strong", "</strong>"), attributes, content()))
}

/// `<em>`
public func em(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<em", "</em>"), attributes, content()))
}

/// `<small>`
public func small(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<small", "</small>"), attributes, content()))
}

/// `<ul>`
public func ul(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<ul", "</ul>"), attributes, content()))
}

/// `<ol>`
public func ol(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<ol", "</ol>"), attributes, content()))
}

/// `<li>`
public func li(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<li", "</li>"), attributes, content()))
}

/// `<dl>`
public func dl(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<dl", "</dl>"), attributes, content()))
}

/// `<dt>`
public func dt(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<dt", "</dt>"), attributes, content()))
}

/// `<dd>`
public func dd(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<dd", "</dd>"), attributes, content()))
}

/// `<table>`
public func table(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<table", "</table>"), attributes, content()))
}

/// `<caption>`
public func caption(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<caption", "</caption>"), attributes, content()))
}

/// `<thead>`
public func thead(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<thead", "</thead>"), attributes, content()))
}

/// `<tbody>`
public func tbody(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<tbody", "</tbody>"), attributes, content()))
}

/// `<tfoot>`
public func tfoot(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<tfoot", "</tfoot>"), attributes, content()))
}

/// `<tr>`
public func tr(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<tr", "</tr>"), attributes, content()))
}

/// `<th>`
public func th(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<th", "</th>"), attributes, content()))
}

/// `<td>`
public func td(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<td", "</td>"), attributes, content()))
}

/// `<form>`
public func form(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<form", "</form>"), attributes, content()))
}

/// `<fieldset>`
public func fieldset(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<fieldset", "</fieldset>"), attributes, content()))
}

/// `<legend>`
public func legend(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<legend", "</legend>"), attributes, content()))
}

/// `<label>`
public func label(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<label", "</label>"), attributes, content()))
}

/// `<button>`
public func button(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<button", "</button>"), attributes, content()))
}

/// `<select>`
public func select(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<select", "</select>"), attributes, content()))
}

/// `<option>`
public func option(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<option", "</option>"), attributes, content()))
}

/// `<textarea>`
public func textarea(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<textarea", "</textarea>"), attributes, content()))
}

/// `<details>`
public func details(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<details", "</details>"), attributes, content()))
}

/// `<summary>`
public func summary(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<summary", "</summary>"), attributes, content()))
}

/// `<time>`
public func time(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<time", "</time>"), attributes, content()))
}

/// `<code>`
public func code(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<code", "</code>"), attributes, content()))
}

/// `<abbr>`
public func abbr(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<abbr", "</abbr>"), attributes, content()))
}

/// `<progress>`
public func progress(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<progress", "</progress>"), attributes, content()))
}

/// `<meta>`, which has no content.
public func meta(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<meta"), attributes, .nothing))
}

/// `<link>`, which has no content.
public func link(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<link"), attributes, .nothing))
}

/// `<input>`, which has no content.
public func input(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<input"), attributes, .nothing))
}

/// `<br>`, which has no content.
public func br(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<br"), attributes, .nothing))
}

/// `<hr>`, which has no content.
public func hr(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<hr"), attributes, .nothing))
}

/// `<img>`, which has no content.
public func img(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<img"), attributes, .nothing))
}

/// `<picture>`: the first of its sources that fits, else its image.
public func picture(
    _ attributes: Attribute..., @MarkupBuilder content: () -> Markup
) -> Markup {
    Markup(.element(Tag("<picture", "</picture>"), attributes, content()))
}

/// `<source>` of a picture, which has no content.
public func source(_ attributes: Attribute...) -> Markup {
    Markup(.element(Tag(void: "<source"), attributes, .nothing))
}

/// `<script src>`: a module of the site's own, never text in the page.
public func script(_ source: Location) -> Markup {
    let attributes: [Attribute] = [.type("module"), .src(source)]
    return Markup(.element(Tag("<script", "</script>"), attributes, .nothing))
}
