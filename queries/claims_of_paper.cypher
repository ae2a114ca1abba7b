// about: Everything that a paper is read to say, in the order of its text, with the sentence for each.
// param: paper: Paper - the paper
// param: limit: int = 1000 - most rows returned
// returns: subject: str - who or what it is said of: the paper's title, a method or a number
// returns: relation: str - type of the edge, such as TARGETS
// returns: object: str - the other end
// returns: type: str - type of the other end, such as Problem
// returns: says: str? - stance or outcome, where the relation has one
// returns: field: str - title or abstract
// returns: quote: str - the sentence that says it
// returns: quote_start: int - where it begins in the field
// returns: quote_end: int - where it ends (exclusive)
// returns: confidence: float - confidence of the extractor
// returns: edge: str - id of the edge
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what does {paper} claim?
// ask: what does {paper} say?
// ask: what does the paper {paper} claim?
// ask: what does the paper {paper} say?
// ask: what is claimed in {paper}?
// ask: what is {paper} about?
// ask: what are the claims of {paper}?
// ask: claims of {paper}
// ask: summarise {paper}
// ask: summarize {paper}
UNWIND $paper AS wanted
MATCH (w:Paper {id: wanted})
MATCH (w)-[:INTRODUCES|USES|COMPARED_WITH|REPORTS*0..1]->(s)
WITH DISTINCT w, s
MATCH (s)-[e]->(o)
WHERE e.paper = w.id
RETURN s.name AS subject, type(e) AS relation, o.name AS object, labels(o)[0] AS type,
  coalesce(e.stance, e.outcome) AS says, e.field AS field, e.quote AS quote, e.quote_start AS quote_start,
  e.quote_end AS quote_end, e.confidence AS confidence, e.id AS edge, w.note AS note
ORDER BY w.id, field DESC, quote_start, coalesce(e.mention_start, 0), relation, e.id
LIMIT $limit
