(* Weighted sums over one coordinate of e after another: positions lo, …, lo + n - 1, the first outermost. *)
Section Iterated.
Variables (K : realFieldType) (E C : Type) (choices : Z -> seq C) (put : Z -> C -> E -> E) (w : Z -> C -> E -> K).
Implicit Types X Y f : E -> K.

Fixpoint run (n : nat) (lo : Z) X e : K :=
  if n is m.+1 then \sum_(c <- choices lo) w lo c e * run m (lo + 1)%Z X (put lo c e) else X e.

Lemma run_eq n lo X Y e : (forall e, X e = Y e) -> run n lo X e = run n lo Y e.
Proof. by move=> h; elim: n lo e => [|n ih] lo e //=; apply: sum_eq => c; rewrite ih. Qed.

Lemma run_add n lo X Y e : run n lo (fun e => X e + Y e) e = run n lo X e + run n lo Y e.
Proof. by elim: n lo e => [|n ih] lo e //=; rewrite -sum_add; apply: sum_eq => c; rewrite ih mulrDr. Qed.

Lemma run_scale n lo x X e : run n lo (fun e => x * X e) e = x * run n lo X e.
Proof. by elim: n lo e => [|n ih] lo e //=; rewrite -sum_scale; apply: sum_eq => c; rewrite ih mulrCA. Qed.

Lemma run_zero n lo e : run n lo (fun=> 0) e = 0.
Proof. by elim: n lo e => [|n ih] lo e //=; rewrite big1 // => c _; rewrite ih mulr0. Qed.

Lemma run_sum (I : Type) (r : seq I) n lo (F : I -> E -> K) e :
  run n lo (fun e => \sum_(i <- r) F i e) e = \sum_(i <- r) run n lo (F i) e.
Proof.
elim: n lo e => [|n ih] lo e //=; rewrite -sum_swap; apply: sum_eq => c; by rewrite ih mulr_sumr.
Qed.

Lemma run_cat m n lo X e : run (m + n) lo X e = run m lo (run n (lo + Z.of_nat m) X) e.
Proof.
elim: m lo e => [|m ih] lo e; first by rewrite Z.add_0_r.
rewrite addSn /=; apply: sum_eq => c; rewrite ih; congr (_ * run _ _ (run _ _ _) _); lia.
Qed.

Lemma run_pull n lo f X e :
  (forall q c e, (lo <= q)%Z -> (q < lo + Z.of_nat n)%Z -> f (put q c e) = f e) ->
  run n lo (fun e => f e * X e) e = f e * run n lo X e.
Proof.
elim: n lo e => [|n ih] lo e h //=; rewrite -sum_scale; apply: sum_eq => c.
rewrite ih => [|q d e' ? ?]; last by apply: h; lia.
by rewrite h; [exact: mulrCA | lia | lia].
Qed.

Lemma run_one n lo e :
  (forall q e, (lo <= q)%Z -> (q < lo + Z.of_nat n)%Z -> \sum_(c <- choices q) w q c e = 1) ->
  run n lo (fun=> 1) e = 1.
Proof.
elim: n lo e => [|n ih] lo e h //=; rewrite -[RHS](h lo e); try lia.
apply: sum_eq => c; rewrite ih ?mulr1 // => q e' ? ?; apply: h; lia.
Qed.

Lemma run_const n lo X e :
  (forall q e, (lo <= q)%Z -> (q < lo + Z.of_nat n)%Z -> \sum_(c <- choices q) w q c e = 1) ->
  (forall q c e, (lo <= q)%Z -> (q < lo + Z.of_nat n)%Z -> X (put q c e) = X e) -> run n lo X e = X e.
Proof.
move=> h k; rewrite -[RHS]mulr1 -[in RHS](run_one e h) -run_pull //.
by apply: run_eq => e'; rewrite mulr1.
Qed.

Lemma run_D (G : calculus K) n lo X e : (forall q c e, D G (w q c e) = 0) ->
  D G (run n lo X e) = run n lo (fun e => D G (X e)) e.
Proof.
by move=> h; elim: n lo e => [|n ih] lo e //=; rewrite D_sum; apply: sum_eq => c; rewrite D_scale ?ih ?h.
Qed.

Lemma run_Dc (G : calculus K) n lo X e : (forall q c e, D G (w q c e) = 0) -> (forall e, D G (X e) = 0) ->
  D G (run n lo X e) = 0.
Proof. by move=> h k; rewrite run_D // (run_eq _ _ _ k) run_zero. Qed.

Lemma run_le n lo X Y e : (forall q c e, 0 <= w q c e) -> (forall e, X e <= Y e) -> run n lo X e <= run n lo Y e.
Proof.
by move=> h k; elim: n lo e => [|n ih] lo e //=; apply: ler_sum => c _; apply: ler_wpmul2l.
Qed.

Variable agree : (Z -> Prop) -> E -> E -> Prop.
Variable fit : Z -> C -> bool.
Hypothesis agree_sub : forall (P Q : Z -> Prop) e e', (forall r, P r -> Q r) -> agree Q e e' -> agree P e e'.
Hypothesis put_agree : forall P q c e e', fit q c -> agree P e e' -> agree (fun r => P r \/ r = q) (put q c e) (put q c e').
Hypothesis put_other : forall q c e, agree (fun r => r <> q) (put q c e) e.
Hypothesis w_unfit : forall q c e, ~~ fit q c -> w q c e = 0.
Hypothesis w_past : forall q c e e', agree (fun r => r < q)%Z e e' -> w q c e = w q c e'.

Definition looks (P : Z -> Prop) X := forall e e', agree P e e' -> X e = X e'.

Lemma run_looks n lo (P : Z -> Prop) X : (forall r, (r < lo)%Z -> P r) ->
  looks (fun r => P r \/ (lo <= r < lo + Z.of_nat n)%Z) X -> looks P (run n lo X).
Proof.
elim: n lo P => [|n ih] lo P h k e e' ee'; first by apply: k; apply: agree_sub ee' => r [|] //; lia.
rewrite /=; apply: sum_eq => c; have [fc|/w_unfit nc] := boolP (fit lo c); last by rewrite !nc !mul0r.
congr (_ * _); first by apply: w_past; apply: agree_sub ee'; exact: h.
apply: (ih _ (fun r => P r \/ r = lo)); last exact: put_agree.
- move=> r ?; case: (Z.eq_dec r lo) => [|?]; [by right | left; apply: h; lia].
- move=> d d' dd'; apply: k; apply: agree_sub dd' => r [?|?]; first by left; left.
  by case: (Z.eq_dec r lo) => [|?]; [left; right | right; lia].
Qed.

Lemma run_tower m n lo X e : looks (fun=> True) X ->
  (forall q e, (lo <= q)%Z -> (q < lo + Z.of_nat (m + n))%Z -> \sum_(c <- choices q) w q c e = 1) ->
  run (m + n) lo X e = run (m + n) lo (run n (lo + Z.of_nat m) X) e.
Proof.
move=> k h; rewrite !run_cat; apply: run_eq => e'; symmetry.
apply: run_const => [q d ? ?|q c d ? ?]; first by apply: h; lia.
apply: (@run_looks n (lo + Z.of_nat m) (fun r => ~ (lo + Z.of_nat m <= r < lo + Z.of_nat m + Z.of_nat n)%Z)).
- move=> r; lia.
- move=> x x' xx'; apply: k; apply: agree_sub xx' => r _; lia.
- by apply: agree_sub (put_other q c d) => r; lia.
Qed.

End Iterated.

Definition upd (V : Type) (f : Z -> V) (t : Z) (v : V) (k : Z) : V := if (k =? t)%Z then v else f k.

Lemma upd_same V (f : Z -> V) t v k : k = t -> upd f t v k = v.
Proof. by move=> ->; rewrite /upd Z.eqb_refl. Qed.

Lemma upd_other V (f : Z -> V) t v k : k <> t -> upd f t v k = f k.
Proof. by rewrite /upd; case: Z.eqb_spec. Qed.

(* Trajectories s_0 a_0 s_1 … s_T: s_t stands at position 2t of the time line, a_t at position 2t + 1. What lies beyond
   the horizon is s0 and a0 where an average over all trajectories is meant. *)
Section Trajectories.
Variables (K : realFieldType) (S A : Type).
Notation E := ((Z -> S) * (Z -> A))%type.
Implicit Types (X Y : (Z -> S) -> (Z -> A) -> K) (s : Z -> S) (a : Z -> A).

Lemma parity (q : Z) : exists t, q = (2 * t)%Z \/ q = (2 * t + 1)%Z.
Proof. by exists (Z.div2 q); move: (Z.div2_odd q); rewrite /Z.b2z; case: (Z.odd q) => ?; [right | left]; lia. Qed.
Lemma odd_even t : Z.odd (2 * t) = false. Proof. by rewrite Z.odd_mul. Qed.
Lemma odd_odd t : Z.odd (2 * t + 1) = true. Proof. by rewrite Z.odd_add Z.odd_mul. Qed.
Lemma half_even t : Z.div2 (2 * t) = t.
Proof. by move: (Z.div2_odd (2 * t)); rewrite odd_even /Z.b2z; lia. Qed.
Lemma half_odd t : Z.div2 (2 * t + 1) = t.
Proof. by move: (Z.div2_odd (2 * t + 1)); rewrite odd_odd /Z.b2z; lia. Qed.

Definition put (q : Z) (c : S + A) (e : E) : E :=
  match c with
  | inl x => if Z.odd q then e else (upd e.1 (Z.div2 q) x, e.2)
  | inr y => if Z.odd q then (e.1, upd e.2 (Z.div2 q) y) else e
  end.

Local Arguments put : simpl never.
Local Arguments Z.mul : simpl never.
Local Arguments Z.add : simpl never.
Local Arguments Z.sub : simpl never.

Definition agree (P : Z -> Prop) (e e' : E) : Prop :=
  (forall t, P (2 * t)%Z -> e.1 t = e'.1 t) /\ (forall t, P (2 * t + 1)%Z -> e.2 t = e'.2 t).

Lemma agree_sub (P Q : Z -> Prop) (e e' : E) : (forall r, P r -> Q r) -> agree Q e e' -> agree P e e'.
Proof. by move=> h [hs ha]; split=> t p; [apply: hs | apply: ha]; apply: h. Qed.

Lemma put_even t x (e : E) : put (2 * t) (inl x) e = (upd e.1 t x, e.2).
Proof. by rewrite /put odd_even half_even. Qed.
Lemma put_odd t y (e : E) : put (2 * t + 1) (inr y) e = (e.1, upd e.2 t y).
Proof. by rewrite /put odd_odd half_odd. Qed.
Lemma put_even_not t y (e : E) : put (2 * t) (inr y) e = e.
Proof. by rewrite /put odd_even. Qed.
Lemma put_odd_not t x (e : E) : put (2 * t + 1) (inl x) e = e.
Proof. by rewrite /put odd_odd. Qed.

Definition fit (q : Z) (c : S + A) : bool := if c is inl _ then ~~ Z.odd q else Z.odd q.

Lemma put_agree (P : Z -> Prop) q c (e e' : E) : fit q c -> agree P e e' ->
  agree (fun r => P r \/ r = q) (put q c e) (put q c e').
Proof.
move=> + [hs ha]; have [t [->|->]] := parity q; case: c => [x|y]; rewrite /fit ?odd_even ?odd_odd //= => _.
- rewrite !put_even; split=> k /= [p|p]; [rewrite /upd; case: Z.eqb_spec => // _| rewrite !upd_same | |]; try solve [reflexivity | lia].
  + exact: hs.
  + exact: ha.
- rewrite !put_odd; split=> k /= [p|p]; [| |rewrite /upd; case: Z.eqb_spec => // _| rewrite !upd_same]; try solve [reflexivity | lia].
  + exact: hs.
  + exact: ha.
Qed.

Lemma put_other q c (e : E) : agree (fun r => r <> q) (put q c e) e.
Proof.
have [t [->|->]] := parity q; case: c => [x|y]; rewrite ?put_even ?put_odd ?put_even_not ?put_odd_not; split=> k ? //=.
- by rewrite upd_other //; lia.
- by rewrite upd_other //; lia.
Qed.

Variables (ss : seq S) (aa : seq A).
Definition choices (q : Z) : seq (S + A) := if Z.odd q then [seq inr y | y <- aa] else [seq inl x | x <- ss].

Lemma choices_even t (F : S + A -> K) : \sum_(c <- choices (2 * t)) F c = \sum_(x <- ss) F (inl x).
Proof. by rewrite /choices odd_even big_map. Qed.
Lemma choices_odd t (F : S + A -> K) : \sum_(c <- choices (2 * t + 1)) F c = \sum_(y <- aa) F (inr y).
Proof. by rewrite /choices odd_odd big_map. Qed.

Definition one (q : Z) (c : S + A) (e : E) : K := if fit q c then 1 else 0.

Section Laws.
Variables (rho : S -> K) (pi : A -> S -> K) (P : S -> S -> A -> K).

Definition chance (q : Z) (c : S + A) (e : E) : K :=
  match c with
  | inl x => if Z.odd q then 0 else if (q =? 0)%Z then rho x else P x (e.1 (Z.div2 q - 1)%Z) (e.2 (Z.div2 q - 1)%Z)
  | inr y => if Z.odd q then pi y (e.1 (Z.div2 q)) else 0
  end.

Lemma chance_unfit q c e : ~~ fit q c -> chance q c e = 0.
Proof. by case: c => [x|y]; rewrite /fit /chance; case: (Z.odd q). Qed.

Lemma chance_past q c e e' : agree (fun r => r < q)%Z e e' -> chance q c e = chance q c e'.
Proof.
move=> []; have [t [->|->]] := parity q => hs ha; case: c => [x|y] /=; rewrite ?odd_even ?odd_odd ?half_even ?half_odd //.
- case: Z.eqb_spec => // _; rewrite hs ?ha //; lia.
- rewrite hs //; lia.
Qed.

Lemma chance_D (G : calculus K) q c e : (forall x, D G (rho x) = 0) -> (forall y x, D G (pi y x) = 0) ->
  (forall x' x y, D G (P x' x y) = 0) -> D G (chance q c e) = 0.
Proof.
by move=> h1 h2 h3; case: c => [x|y] /=; case: (Z.odd q); rewrite ?D0 //; case: Z.eqb => //.
Qed.
End Laws.

(* Functions of the trajectory up to position p of the time line. *)
Definition known (p : Z) X : Prop := forall s s' a a',
  (forall t, (2 * t <= p)%Z -> s t = s' t) -> (forall t, (2 * t + 1 <= p)%Z -> a t = a' t) -> X s a = X s' a'.
Definition whole X : Prop := forall s s' a a', (forall t, s t = s' t) -> (forall t, a t = a' t) -> X s a = X s' a'.

Variables (s0 : S) (a0 : A).
Definition paths (T : Z) X : K :=
  run choices put one (Z.to_nat (2 * T)).+1 0 (fun e => X e.1 e.2) (fun=> s0, fun=> a0).
Definition expect rho pi P (T : Z) X : K :=
  run choices put (chance rho pi P) (Z.to_nat (2 * T)).+1 0 (fun e => X e.1 e.2) (fun=> s0, fun=> a0).
Definition given rho pi P (T p : Z) X s a : K :=
  run choices put (chance rho pi P) (Z.to_nat (2 * T - p)) (p + 1) (fun e => X e.1 e.2) (s, a).

Lemma known_put p q c X (e : E) : known p X -> (p < q)%Z -> X (put q c e).1 (put q c e).2 = X e.1 e.2.
Proof. by move=> h pq; have [hs ha] := put_other q c e; apply: h => t ?; [apply: hs | apply: ha]; lia. Qed.

(* What was seen before an action: s_0 a_0 … s_t. *)
Definition history s a (t : Z) : seq S * seq A := ([seq s k | k <- zrange 0 t], [seq a k | k <- zrange 0 (t - 1)]).

Lemma zrange_map (V : Type) (f g : Z -> V) lo hi : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> f k = g k) ->
  [seq f k | k <- zrange lo hi] = [seq g k | k <- zrange lo hi].
Proof.
move=> h; rewrite /zrange -!map_comp; have {h} : forall i, (i < Z.to_nat (hi - lo + 1))%N -> f (lo + Z.of_nat i)%Z = g (lo + Z.of_nat i)%Z.
  by move=> i /ssrnat.ltP ?; apply: h; lia.
elim: (Z.to_nat _) => [|n ih] h //; rewrite -[n.+1]addn1 iotaD !map_cat ih => [|i ?]; last by apply: h; exact: ltnW.
by rewrite /= add0n h.
Qed.

Lemma history_agree s s' a a' t : (forall k, (0 <= k)%Z -> (k <= t)%Z -> s k = s' k) ->
  (forall k, (0 <= k)%Z -> (k <= t - 1)%Z -> a k = a' k) -> history s a t = history s' a' t.
Proof. by move=> hs ha; rewrite /history (zrange_map hs) (zrange_map ha). Qed.

Lemma path_agree (rho : S -> K) pi P T s s' a a' : (forall k, (0 <= k)%Z -> (k <= Z.max 0 T)%Z -> s k = s' k) ->
  (forall k, (0 <= k)%Z -> (k <= T - 1)%Z -> a k = a' k) -> path rho pi P T s a = path rho pi P T s' a'.
Proof.
move=> hs ha; rewrite /path hs; try lia; congr (_ * _); apply: time_prod_eq => k ? ?.
by rewrite !hs ?ha //; lia.
Qed.

(* Sums over all trajectories. *)
Lemma paths_eq T X Y : (forall s a, X s a = Y s a) -> paths T X = paths T Y.
Proof. by move=> h; apply: run_eq => e; apply: h. Qed.
Lemma paths_same T T' X Y : T = T' -> (forall s a, X s a = Y s a) -> paths T X = paths T' Y.
Proof. by move=> <-; exact: paths_eq. Qed.
Lemma paths_add T X Y : paths T (fun s a => X s a + Y s a) = paths T X + paths T Y.
Proof. exact: run_add. Qed.
Lemma paths_scale T x X : paths T (fun s a => x * X s a) = x * paths T X.
Proof. exact: run_scale. Qed.
Lemma paths_zero T : paths T (fun _ _ => 0) = 0.
Proof. exact: run_zero. Qed.
Lemma paths_swap T I (r : seq I) (F : I -> (Z -> S) -> (Z -> A) -> K) :
  paths T (fun s a => \sum_(i <- r) F i s a) = \sum_(i <- r) paths T (F i).
Proof. exact: (run_sum _ _ _ _ _ _ (fun i e => F i e.1 e.2)). Qed.
Lemma paths_D (G : calculus K) T X : D G (paths T X) = paths T (fun s a => D G (X s a)).
Proof. by apply: run_D => q c e; rewrite /one; case: ifP => _; [exact: D1 | exact: D0]. Qed.
Lemma paths_start X : paths 0 X = \sum_(x <- ss) X (upd (fun=> s0) 0%Z x) (fun=> a0).
Proof. by rewrite /paths /= big_map; apply: sum_eq => x; rewrite /one /= mul1r. Qed.
Lemma paths_step n X : (0 <= n)%Z ->
  paths (n + 1) X = paths n (fun s a => \sum_(y <- aa) \sum_(x <- ss) X (upd s (n + 1) x) (upd a n y)).
Proof.
move=> h; rewrite /paths (_ : (Z.to_nat (2 * (n + 1))).+1 = ((Z.to_nat (2 * n)).+1 + 2)%N); last by rewrite -plusE; lia.
rewrite run_cat; apply: run_eq => e; rewrite (_ : (0 + _)%Z = (2 * n + 1)%Z); last lia.
rewrite /= choices_odd; apply: sum_eq => y; rewrite put_odd (_ : (2 * n + 1 + 1)%Z = (2 * (n + 1))%Z); last lia.
rewrite choices_even /one /fit odd_odd mul1r; apply: sum_eq => x; by rewrite put_even odd_even /= mul1r.
Qed.

Lemma paths_Dc (G : calculus K) T X : (forall s a, D G (X s a) = 0) -> D G (paths T X) = 0.
Proof. by move=> h; rewrite paths_D (paths_eq _ h) paths_zero. Qed.
Lemma paths_mean T (I : Type) (r : seq I) p (F : I -> (Z -> S) -> (Z -> A) -> K) :
  mean r p (fun i => paths T (F i)) = paths T (fun s a => mean r p (fun i => F i s a)).
Proof. by rewrite /mean paths_swap; apply: sum_eq => i; rewrite paths_scale. Qed.

Section Averages.
Variables (rho : S -> K) (pi : A -> S -> K) (P : S -> S -> A -> K).
Notation mean_of := (expect rho pi P).
Notation mean_given := (given rho pi P).

Lemma expect_eq T X Y : (forall s a, X s a = Y s a) -> mean_of T X = mean_of T Y.
Proof. by move=> h; apply: run_eq => e; apply: h. Qed.
Lemma expect_same T T' X Y : T = T' -> (forall s a, X s a = Y s a) -> mean_of T X = mean_of T' Y.
Proof. by move=> <-; exact: expect_eq. Qed.
Lemma expect_add T X Y : mean_of T (fun s a => X s a + Y s a) = mean_of T X + mean_of T Y.
Proof. exact: run_add. Qed.
Lemma expect_scale T x X : mean_of T (fun s a => x * X s a) = x * mean_of T X.
Proof. exact: run_scale. Qed.
Lemma expect_zero T : mean_of T (fun _ _ => 0) = 0.
Proof. exact: run_zero. Qed.
Lemma expect_swap T I (r : seq I) (F : I -> (Z -> S) -> (Z -> A) -> K) :
  mean_of T (fun s a => \sum_(i <- r) F i s a) = \sum_(i <- r) mean_of T (F i).
Proof. exact: (run_sum _ _ _ _ _ _ (fun i e => F i e.1 e.2)). Qed.

Lemma given_eq T p X Y s a : (forall s a, X s a = Y s a) -> mean_given T p X s a = mean_given T p Y s a.
Proof. by move=> h; apply: run_eq => e; apply: h. Qed.
Lemma given_same T T' p p' X Y s a : T = T' -> p = p' -> (forall s a, X s a = Y s a) ->
  mean_given T p X s a = mean_given T' p' Y s a.
Proof. by move=> <- <-; exact: given_eq. Qed.
Lemma given_add T p X Y s a :
  mean_given T p (fun s a => X s a + Y s a) s a = mean_given T p X s a + mean_given T p Y s a.
Proof. exact: run_add. Qed.
Lemma given_scale T p f X s a : known p f ->
  mean_given T p (fun s a => f s a * X s a) s a = f s a * mean_given T p X s a.
Proof.
move=> h; apply: (@run_pull K E _ _ _ _ _ _ (fun e => f e.1 e.2) (fun e => X e.1 e.2) (s, a)) => q c e ? ?.
by apply: known_put h _; lia.
Qed.
Lemma given_zero T p s a : mean_given T p (fun _ _ => 0) s a = 0.
Proof. exact: run_zero. Qed.
Lemma given_swap T p I (r : seq I) (F : I -> (Z -> S) -> (Z -> A) -> K) s a :
  mean_given T p (fun s a => \sum_(i <- r) F i s a) s a = \sum_(i <- r) mean_given T p (F i) s a.
Proof. exact: (run_sum _ _ _ _ _ _ (fun i e => F i e.1 e.2)). Qed.

Lemma given_agree T p q X s s' a a' : (p <= q)%Z -> known (Z.max q (2 * T)) X ->
  (forall t, (2 * t <= q)%Z -> s t = s' t) -> (forall t, (2 * t + 1 <= q)%Z -> a t = a' t) ->
  mean_given T p X s a = mean_given T p X s' a'.
Proof.
move=> pq h hs ha.
apply: (@run_looks K E _ choices put (chance rho pi P) agree fit agree_sub put_agree (@chance_unfit rho pi P)
  (@chance_past rho pi P) _ _ (fun r => (r <= q)%Z) (fun e => X e.1 e.2)).
- move=> r; lia.
- by move=> e e' [he ha']; apply: h => t ?; [apply: he | apply: ha']; lia.
- by split.
Qed.

Lemma given_whole T p X s s' a a' : whole X -> (forall t, s t = s' t) -> (forall t, a t = a' t) ->
  mean_given T p X s a = mean_given T p X s' a'.
Proof.
move=> h hs ha.
apply: (@run_looks K E _ choices put (chance rho pi P) agree fit agree_sub put_agree (@chance_unfit rho pi P)
  (@chance_past rho pi P) _ _ (fun=> True) (fun e => X e.1 e.2)) => //.
by move=> e e' [he ha']; apply: h => t; [apply: he; left | apply: ha'; left].
Qed.

Lemma expect_Dc (G : calculus K) T X : (forall x, D G (rho x) = 0) -> (forall y x, D G (pi y x) = 0) ->
  (forall x' x y, D G (P x' x y) = 0) -> (forall s a, D G (X s a) = 0) -> D G (mean_of T X) = 0.
Proof. by move=> *; apply: run_Dc => // q c e; exact: chance_D. Qed.
Lemma given_Dc (G : calculus K) T p X s a : (forall x, D G (rho x) = 0) -> (forall y x, D G (pi y x) = 0) ->
  (forall x' x y, D G (P x' x y) = 0) -> (forall s a, D G (X s a) = 0) -> D G (mean_given T p X s a) = 0.
Proof. by move=> *; apply: run_Dc => // q c e; exact: chance_D. Qed.

Lemma expect_paths T X : mean_of T X = paths T (fun s a => path rho pi P T s a * X s a).
Proof.
have start Y : mean_of 0 Y = paths 0 (fun s a => path rho pi P 0 s a * Y s a).
  rewrite paths_start /expect /= big_map; apply: sum_eq => x; by rewrite /= path_start upd_same.
case: (Z.lt_ge_cases T 0) => hT.
  have e0 : Z.to_nat (2 * T) = Z.to_nat (2 * 0) by lia.
  rewrite /paths /expect e0 -/(expect rho pi P 0 X) start; apply: run_eq => e.
  by rewrite path_start /path zrange_empty ?big_nil ?mulr1 //; lia.
move: T hT X; apply: time_induction => [//|n h ih] X.
rewrite paths_step //.
transitivity (mean_of n (fun s a => \sum_(y <- aa) \sum_(x <- ss) pi y (s n) * P x (s n) y * X (upd s (n + 1) x) (upd a n y))).
  rewrite /expect (_ : (Z.to_nat (2 * (n + 1))).+1 = ((Z.to_nat (2 * n)).+1 + 2)%N); last by rewrite -plusE; lia.
  rewrite run_cat; apply: run_eq => e; rewrite (_ : (0 + _)%Z = (2 * n + 1)%Z); last lia.
  rewrite /= choices_odd; apply: sum_eq => y; rewrite put_odd (_ : (2 * n + 1 + 1)%Z = (2 * (n + 1))%Z); last lia.
  rewrite choices_even /chance odd_odd odd_even half_odd half_even -sum_scale; apply: sum_eq => x.
  rewrite put_even /= (_ : (2 * (n + 1) =? 0)%Z = false); last by apply/Z.eqb_spec; lia.
  rewrite (_ : (n + 1 - 1)%Z = n); last lia.
  by rewrite mulrA upd_same.
rewrite ih; apply: paths_eq => s a; rewrite -sum_scale; apply: sum_eq => y; rewrite -sum_scale; apply: sum_eq => x.
rewrite path_step // (upd_other s x (_ : n <> n + 1)%Z); last lia.
rewrite !upd_same // !mulrA; congr (_ * _ * _ * _); rewrite /path upd_other; last lia.
congr (_ * _); apply: time_prod_eq => k ? ?.
rewrite !(upd_other s) ?(upd_other a) //; lia.
Qed.

Hypothesis rho1 : \sum_(x <- ss) rho x = 1.
Hypothesis pi1 : forall u, \sum_(y <- aa) pi y u = 1.
Hypothesis P1 : forall u v, \sum_(x <- ss) P x u v = 1.

Lemma chance1 q e : \sum_(c <- choices q) chance rho pi P q c e = 1.
Proof.
have [t [->|->]] := parity q; rewrite ?choices_even ?choices_odd /chance ?odd_even ?odd_odd //.
by case: Z.eqb_spec => _; [exact: rho1 | exact: P1].
Qed.

Lemma expect_one T : mean_of T (fun _ _ => 1) = 1.
Proof. by apply: run_one => *; exact: chance1. Qed.
Lemma given_one T p s a : mean_given T p (fun _ _ => 1) s a = 1.
Proof. by apply: run_one => *; exact: chance1. Qed.
Lemma given_known T p X s a : known p X -> mean_given T p X s a = X s a.
Proof.
move=> h; apply: (@run_const K E _ _ _ _ _ _ (fun e => X e.1 e.2)) => [*|q c e ? ?]; first exact: chance1.
by apply: known_put h _; lia.
Qed.

Lemma expect_tower T p X : (0 <= p)%Z -> (p <= 2 * T)%Z -> whole X -> mean_of T X = mean_of T (mean_given T p X).
Proof.
move=> h0 hT h; rewrite /expect.
have -> : (Z.to_nat (2 * T)).+1 = ((Z.to_nat p).+1 + Z.to_nat (2 * T - p))%N by rewrite -plusE; lia.
rewrite (run_tower agree_sub put_agree put_other (@chance_unfit rho pi P) (@chance_past rho pi P)).
- apply: run_eq => -[s a]; rewrite /given; congr (run _ _ _ _ _ _ _); lia.
- by move=> e e' [hs ha]; apply: h => t; [apply: hs | apply: ha].
- by move=> *; exact: chance1.
Qed.

Lemma given_tower T p q X s a : (q <= p)%Z -> (p <= 2 * T)%Z -> whole X ->
  mean_given T q X s a = mean_given T q (mean_given T p X) s a.
Proof.
move=> h0 hT h; rewrite [in LHS]/given [in RHS]/given.
have -> : Z.to_nat (2 * T - q) = (Z.to_nat (p - q) + Z.to_nat (2 * T - p))%N by rewrite -plusE; lia.
rewrite (run_tower agree_sub put_agree put_other (@chance_unfit rho pi P) (@chance_past rho pi P)).
- apply: run_eq => -[s' a']; rewrite /given; congr (run _ _ _ _ _ _ _); lia.
- by move=> e e' [hs ha]; apply: h => t; [apply: hs | apply: ha].
- by move=> *; exact: chance1.
Qed.

Lemma expect_marginal T n X : (0 <= n)%Z -> (n <= T)%Z -> known (2 * n) X -> mean_of T X = mean_of n X.
Proof.
move=> h0 hT h; rewrite /expect.
have -> : (Z.to_nat (2 * T)).+1 = ((Z.to_nat (2 * n)).+1 + Z.to_nat (2 * (T - n)))%N by rewrite -plusE; lia.
rewrite run_cat; apply: run_eq => e; apply: (@run_const K E _ _ _ _ _ _ (fun e => X e.1 e.2)) => [*|q c e' ? ?].
  exact: chance1.
by apply: known_put h _; lia.
Qed.

Lemma draw_action T t X s a : (0 <= t)%Z -> (t <= T - 1)%Z -> known (2 * t + 1) X ->
  mean_given T (2 * t) X s a = \sum_(y <- aa) pi y (s t) * X s (upd a t y).
Proof.
move=> h0 hT h; rewrite /given (_ : Z.to_nat _ = (1 + Z.to_nat (2 * T - (2 * t + 1)))%N); last by rewrite -plusE; lia.
rewrite run_cat /= choices_odd; apply: sum_eq => y; rewrite put_odd /chance odd_odd half_odd /=; congr (_ * _).
apply: (@run_const K E _ _ _ _ _ _ (fun e => X e.1 e.2)) => [*|q c e' ? ?]; first exact: chance1.
by apply: known_put h _; lia.
Qed.

Lemma draw_state T t X s a : (0 <= t)%Z -> (t <= T - 1)%Z -> known (2 * t + 2) X ->
  mean_given T (2 * t + 1) X s a = \sum_(x <- ss) P x (s t) (a t) * X (upd s (t + 1) x) a.
Proof.
move=> h0 hT h; rewrite /given (_ : Z.to_nat _ = (1 + Z.to_nat (2 * T - (2 * t + 2)))%N); last by rewrite -plusE; lia.
rewrite run_cat (_ : (2 * t + 1 + 1)%Z = (2 * (t + 1))%Z); last lia.
rewrite /= choices_even; apply: sum_eq => x; rewrite put_even /chance odd_even half_even /=.
rewrite (_ : (2 * (t + 1) =? 0)%Z = false); last by apply/Z.eqb_spec; lia.
rewrite (_ : (t + 1 - 1)%Z = t); last lia.
congr (_ * _); apply: (@run_const K E _ _ _ _ _ _ (fun e => X e.1 e.2)) => [*|q c e' ? ?]; first exact: chance1.
by apply: known_put h _; lia.
Qed.

Lemma draw_start T X : known 0 X -> mean_of T X = \sum_(x <- ss) rho x * X (upd (fun=> s0) 0%Z x) (fun=> a0).
Proof.
move=> h; rewrite /expect /= /choices /= big_map; apply: sum_eq => x; congr (_ * _).
rewrite (@run_const K E _ _ _ _ _ _ (fun e => X e.1 e.2)) // => [*|q c e' ? ?]; first exact: chance1.
by apply: known_put h _; lia.
Qed.

End Averages.

Lemma given_transport rho pi mu P T t X s a :
  \sum_(x <- ss) rho x = 1 -> (forall u, \sum_(y <- aa) pi y u = 1) -> (forall u, \sum_(y <- aa) mu y u = 1) ->
  (forall u v, \sum_(x <- ss) P x u v = 1) -> (0 <= t)%Z -> (t <= T - 1)%Z -> known (2 * t + 2) X ->
  given rho pi P T (2 * t + 1) X s a = given rho mu P T (2 * t + 1) X s a.
Proof. by move=> *; rewrite !draw_state. Qed.

Lemma expect_transport rho pi mu P T X :
  \sum_(x <- ss) rho x = 1 -> (forall u, \sum_(y <- aa) pi y u = 1) -> (forall u, \sum_(y <- aa) mu y u = 1) ->
  (forall u v, \sum_(x <- ss) P x u v = 1) -> known 0 X -> expect rho pi P T X = expect rho mu P T X.
Proof. by move=> *; rewrite !draw_start. Qed.

End Trajectories.
