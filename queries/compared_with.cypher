// about: Methods that a method is compared with, on either side, and how the first of the two fares.
// param: method: Method - the method; narrower methods are included
// param: outcome: Outcome|any = any - how the first of the two fares
// param: other: Method = none - only comparisons with this one
// param: limit: int = 100 - most rows returned
// returns: method: str? - the paper's own method; missing where it has no name
// returns: outcome: str - how it fares: outperforms, matches, trails or unknown
// returns: other: str - the method it is compared with
// returns: paper: str - id of the paper that compares them
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the best sentence: highest confidence, then earliest
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what is {method} compared with?
// ask: what is {method} compared to?
// ask: which methods is {method} compared with?
// ask: which methods is {method} compared to?
// ask: what has {method} been compared with?
// ask: how does {method} compare?
// ask: how does {method} compare with {other}?
// ask: how does {method} compare to {other}?
// ask: compare {method} and {other}
// ask: compare {method} with {other}
// ask: compare {method} to {other}
// ask: is {method} better than {other}?
// ask: does {method} outperform {other}?
// ask: which methods beat {method}? [outcome=outperforms]
// ask: which methods outperform {method}? [outcome=outperforms]
// ask: how does {method} compare with others?
// ask: how does {method} compare to others?
// ask: what outperforms {method}? [outcome=outperforms]
// ask: what beats {method}? [outcome=outperforms]
// ask: what does {method} outperform? [outcome=outperforms]
// ask: what does {method} beat? [outcome=outperforms]
// ask: comparisons of {method}
// ask: comparisons with {method}
UNWIND $method AS wanted
MATCH (top:Method {name: wanted})
MATCH (m:Method)-[:BROADER*0..3]->(top)
WITH DISTINCT m
MATCH (m)-[e:COMPARED_WITH]-(x:Paper|Method)
WHERE $outcome = 'any' OR e.outcome = $outcome
WITH DISTINCT e
WITH startNode(e) AS s, endNode(e) AS o, e
WHERE size($other) = 0 OR s.name IN $other OR o.name IN $other
WITH s, o, e
ORDER BY e.confidence DESC, e.field DESC, e.quote_start, e.id
WITH s, o, e.outcome AS outcome, e.paper AS paper_id, head(collect(e)) AS best
WITH o, outcome, paper_id, collect({
  named: labels(s)[0] = 'Method', method: s.name, method_id: s.id, quote: best.quote, confidence: best.confidence
}) AS claims
WITH o, outcome, paper_id, claims, [c IN claims WHERE c.named] AS named
UNWIND CASE WHEN size(named) > 0 THEN named ELSE claims END AS claim
MATCH (w:Paper {id: paper_id})
RETURN CASE WHEN claim.named THEN claim.method END AS method, outcome, o.name AS other, paper_id AS paper,
  w.name AS title, w.year AS year, claim.quote AS quote, claim.confidence AS confidence, w.note AS note
ORDER BY coalesce(w.year, 0) DESC, w.id, o.id, outcome, claim.method_id
LIMIT $limit
